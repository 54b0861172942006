/** `borde bench`: how fast one model runs here. */
import { basename } from 'node:path';
import { Option } from 'commander';
import { describeGraph } from '../../engine/describe.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Graph } from '../../engine/graph.ts';
import { Random } from '../../engine/random.ts';
import { Session } from '../../engine/session.ts';
import { elementCount } from '../../engine/tensor.ts';
import { integer, jsonOption, simdOption } from '../cli/flags.ts';
import { startProgress } from '../cli/progress.ts';
import { table } from '../cli/table.ts';
import type { Verb } from '../cli/verb.ts';
import { atPath, readModel } from '../io/model.ts';
import { loadKernels, type SimdChoice } from '../kernels.ts';

interface Options {
  readonly runs: number;
  readonly warmup: number;
  readonly batch?: number;
  readonly simd: SimdChoice;
  readonly json?: boolean;
}

export const benchVerb: Verb = {
  name: 'bench',
  summary: 'time a model, layer by layer',
  examples: ['borde bench models/digits.safetensors --runs 200'],

  flags: (command) => {
    command
      .argument('<model>', 'model file')
      .addOption(new Option('--runs <n>', 'timed runs').argParser(integer(1, 1_000_000)).default(100))
      .addOption(new Option('--warmup <n>', 'runs before').argParser(integer(0, 1_000_000)).default(20))
      .addOption(
        new Option('--batch <n>', "samples a run, where the model's file does not fix them (default: 1)").argParser(
          integer(1, 4096),
        ),
      )
      .addOption(simdOption())
      .addOption(jsonOption());
  },

  run: async ([path], { runs, warmup, batch: asked, simd, json }: Options, io) => {
    const model = await readModel(path as string);
    const batch = await atPath(path as string, () => batchOf(model.graph, asked));
    const source = loadKernels('inference', simd);
    // A fixed batch is in the shapes already, and in what is counted from them.
    const times = isFree(model.graph) ? batch : 1;
    const inputs = seededInputs(model.graph, times);
    const start = io.now();
    const session = new Session(model, source);
    session.run(inputs);
    const firstMs = io.now() - start;
    const bar = startProgress(io, 'timing');
    for (let i = 0; i < warmup; i++) session.run(inputs);
    const wall: number[] = [];
    const cpu: number[] = [];
    for (let i = 0; i < runs; i++) {
      const [before, cpuBefore] = [io.now(), process.cpuUsage()];
      session.run(inputs);
      const { user, system } = process.cpuUsage(cpuBefore);
      wall.push(io.now() - before);
      cpu.push((user + system) / 1000);
      bar.update(i + 1, runs);
    }
    bar.stop();
    wall.sort((a, b) => a - b);
    const minMs = wall[0] as number;
    const { macs } = describeGraph(model.graph);
    const result = {
      model: basename(path as string),
      precision: 'f32',
      simd: source.capabilities.relaxed ? 'relaxed' : 'baseline',
      runs,
      minMs,
      medianMs: wall[Math.floor(runs / 2)] as number,
      cpuMinMs: Math.min(...cpu),
      macs,
      gflops: (2 * macs * times) / minMs / 1e6,
      peakBytes: session.plan(times).arenaBytes,
      firstMs,
    };
    if (json) {
      io.out(JSON.stringify(result));
      return 0;
    }
    io.out(
      `${result.model}: ${minMs.toFixed(3)} ms at best, ${result.medianMs.toFixed(3)} median over ${runs} runs of ${batch}`,
    );
    io.out(`first run ${firstMs.toFixed(1)} ms · ${result.gflops.toFixed(1)} GFLOP/s · ${result.simd} SIMD\n`);
    io.out(
      table(
        ['node', 'algorithm', 'kernel', 'µs', 'share %'],
        stepTimes(session, times, runs, () => io.now()),
      ),
    );
    return 0;
  },
};

/** Whether a run may hold any number of samples. */
const isFree = (graph: Graph): boolean => graph.inputs.some(({ shape }) => shape[0] === -1);

/** Samples a run. @throws EngineError `invalid-input` where others are asked for than the model's file fixes */
function batchOf(graph: Graph, asked: number | undefined): number {
  const [fixed = 1] = graph.inputs[0]?.shape ?? [];
  if (isFree(graph)) return asked ?? 1;
  if (asked === undefined || asked === fixed) return fixed;
  throw new EngineError('invalid-input', `--batch ${asked}: the model's file fixes ${fixed} a run`);
}

function seededInputs(graph: Graph, batch: number): Record<string, Float32Array> {
  const random = new Random(1);
  return Object.fromEntries(
    graph.inputs.map(({ name, shape }) => {
      const length = elementCount(shape.map((side) => (side === -1 ? batch : side)));
      return [name, Float32Array.from({ length }, () => random.float())];
    }),
  );
}

/** Times each kernel call alone, with the data that the last run left. */
function stepTimes(session: Session, batch: number, runs: number, now: () => number): (string | number)[][] {
  const calls = session
    .plan(batch)
    .calls.map((call) => ({ ...call, run: session.kernels.function(call.kernel), ms: 0 }));
  for (let i = 0; i < runs; i++) {
    for (const call of calls) {
      const start = now();
      call.run(...call.args);
      call.ms += now() - start;
    }
  }
  const total = calls.reduce((sum, { ms }) => sum + ms, 0);
  return calls.map(({ node, algorithm, kernel, ms }) => [
    node,
    algorithm,
    kernel,
    Number(((1000 * ms) / runs).toFixed(1)),
    Number(((100 * ms) / total).toFixed(1)),
  ]);
}

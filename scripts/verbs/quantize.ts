/** `borde quantize`: the same model in fewer bytes, and what that costs. */
import { Option } from 'commander';
import type { KernelSource } from '../../engine/kernels.ts';
import { type Model, parseModel, serializeModel } from '../../engine/model-file.ts';
import { Random } from '../../engine/random.ts';
import { Session } from '../../engine/session.ts';
import { elementCount, type Tensor } from '../../engine/tensor.ts';
import { jsonOption, simdOption } from '../cli/flags.ts';
import { startProgress } from '../cli/progress.ts';
import { formatBytes, percent } from '../cli/table.ts';
import { type Io, UsageError, type Verb } from '../cli/verb.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';
import { atPath, readModel } from '../io/model.ts';
import { loadKernels, type SimdChoice } from '../kernels.ts';
import { evaluateModel } from '../training/run-evaluation.ts';

interface Options {
  readonly out: string;
  readonly precision: 'f16' | 'int8';
  readonly calibrate?: string;
  readonly simd: SimdChoice;
  readonly json?: boolean;
}

/** Accuracy where there are labelled pictures; else how far outputs move, relative to their size. */
interface Comparison {
  readonly metric: 'accuracy' | 'output error';
  readonly before: number;
  readonly after: number;
}

/** Random inputs that outputs are compared on where there is no data. */
const TRIALS = 4;

export const quantizeVerb: Verb = {
  name: 'quantize',
  summary: 'store the weights of a model in fewer bits',
  examples: [
    'borde quantize models/digits.safetensors --precision f16 --out digits.f16.safetensors',
    'borde quantize models/digits.safetensors --precision f16 --calibrate mnist --out digits.f16.safetensors',
  ],

  flags: (command) => {
    command
      .argument('<model>', 'model file')
      .requiredOption('--out <file>', 'model file to write')
      .addOption(new Option('--precision <type>', 'of the weights').choices(['f16', 'int8']).default('f16'))
      .option('--calibrate <source>', 'data whose accuracy is compared (f16 needs none): mnist, images:DIR …')
      .addOption(simdOption())
      .addOption(jsonOption());
  },

  run: async ([path], options: Options, io) => {
    if (options.precision === 'int8') throw new UsageError('--precision int8 comes with a later version, f16 is there');
    const model = await readModel(path as string);
    const bytes = await atPath(path as string, () => serializeModel({ ...model, storage: 'F16' }));
    const smaller = parseModel(bytes);
    const comparison = await compare(path as string, model, smaller, options, io);
    await writeFileAtomic(options.out, bytes);
    const { metric, before, after } = comparison;
    if (options.json) {
      io.out(JSON.stringify({ metric, before, after, bytes: bytes.length }));
      return 0;
    }
    const shown = (value: number) => (metric === 'accuracy' ? percent(value) : value.toExponential(1));
    io.out(
      `${options.out}: ${formatBytes(bytes.length)}, as f32 ${formatBytes(serializeModel({ ...model, storage: undefined }).length)}`,
    );
    io.out(`${metric} before ${shown(before)}, after ${shown(after)}`);
    return 0;
  },
};

async function compare(path: string, model: Model, smaller: Model, options: Options, io: Io): Promise<Comparison> {
  const { calibrate: data, simd } = options;
  if (data === undefined) {
    return { metric: 'output error', before: 0, after: outputError(model, smaller, loadKernels('inference', simd)) };
  }
  const request = { model: path, data, split: 'test', limit: undefined, seed: 1, simd } as const;
  const accuracy = async (candidate: Model, what: string): Promise<number> => {
    const bar = startProgress(io, what);
    const { evaluation } = await evaluateModel(candidate, request, bar.update).finally(bar.stop);
    return evaluation.accuracy;
  };
  return { metric: 'accuracy', before: await accuracy(model, 'before'), after: await accuracy(smaller, 'after') };
}

/** Root mean square of the difference of all outputs over that of the outputs, on seeded inputs. */
function outputError(model: Model, smaller: Model, source: KernelSource): number {
  const random = new Random(1);
  const sessions = [model, smaller].map((program) => new Session(program, source)) as [Session, Session];
  let [difference, size] = [0, 0];
  for (let trial = 0; trial < TRIALS; trial++) {
    const inputs = Object.fromEntries(
      model.graph.inputs.map(({ name, shape }) => {
        const length = elementCount(shape.map((side) => (side === -1 ? 1 : side)));
        return [name, Float32Array.from({ length }, () => 2 * random.float() - 1)];
      }),
    );
    const [before, after] = sessions.map((session) => session.run(inputs)) as [
      Record<string, Tensor>,
      Record<string, Tensor>,
    ];
    for (const [name, { data }] of Object.entries(before)) {
      data.forEach((value, i) => {
        difference += (value - ((after[name] as Tensor).data[i] as number)) ** 2;
        size += value ** 2;
      });
    }
  }
  return size === 0 ? 0 : Math.sqrt(difference / size);
}

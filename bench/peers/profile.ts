/**
 * Where a run of ours spends its time, by algorithm: `node bench/peers/profile.ts FOLDER SIMD` prints JSON. Every kernel
 * call is timed alone, over and over, so its data lies in the cache: it shows what a kernel reaches, not what a run takes.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describeGraph } from '../../engine/describe.ts';
import { parseModel } from '../../engine/model-file.ts';
import type { PlannedCall } from '../../engine/plan.ts';
import { Session } from '../../engine/session.ts';
import { loadKernels, type SimdChoice } from '../../scripts/kernels.ts';
import { onOneCore } from './machine.ts';
import type { NetworkName } from './models/index.ts';
import type { Prepared } from './prepare.ts';
import { modelFile, readInput } from './prepared.ts';
import type { AlgorithmTime } from './results.ts';

const LOOP_MS = 3;
const LOOPS = 12;
/** So many whole runs first: every kernel is compiled by the optimising tier then. */
const WARM_UP_RUNS = 30;

type Row = Omit<AlgorithmTime, 'network'>;

function profile(folder: string, simd: SimdChoice): readonly Row[] {
  const model = parseModel(modelFile(folder));
  const session = new Session(model, loadKernels('inference', simd));
  const input = readInput(folder);
  const inputs = { [model.graph.inputs[0]?.name as string]: input.data };
  for (let i = 0; i < WARM_UP_RUNS; i++) session.run(inputs);
  const macsOf = new Map(describeGraph(session.graph).layers.map(({ id, macs }) => [id, macs]));
  const rows = new Map<string, { ms: number; nodes: Set<string> }>();
  for (const call of session.plan(1).calls) {
    const row = rows.get(call.algorithm) ?? { ms: 0, nodes: new Set() };
    rows.set(call.algorithm, row);
    row.ms += timeAlone(session, call);
    row.nodes.add(call.node);
  }
  return [...rows]
    .map(([algorithm, { ms, nodes }]) => ({
      algorithm,
      ms,
      macs: [...nodes].reduce((sum, id) => sum + (macsOf.get(id) ?? 0), 0),
    }))
    .toSorted((a, b) => b.ms - a.ms);
}

/** Milliseconds of one call: the minimum over loops that are long enough for the clock. */
function timeAlone(session: Session, { kernel, args }: PlannedCall): number {
  const run = session.kernels.function(kernel);
  const loop = (times: number): number => {
    const start = performance.now();
    for (let i = 0; i < times; i++) run(...args);
    return (performance.now() - start) / times;
  };
  const times = Math.max(1, Math.ceil(LOOP_MS / Math.max(1e-4, loop(3))));
  return Math.min(...Array.from({ length: LOOPS }, () => loop(times)));
}

/** The same in a process of its own, on the core of the comparison. */
export function algorithmTimes(network: NetworkName, { folder }: Prepared, simd: SimdChoice): readonly AlgorithmTime[] {
  const script = fileURLToPath(import.meta.url);
  const [command, ...args] = [...onOneCore(), process.execPath, script, folder, simd];
  const rows = JSON.parse(execFileSync(command as string, args, { encoding: 'utf8' })) as readonly Row[];
  return rows.map((row) => ({ network, ...row }));
}

if (import.meta.main) console.log(JSON.stringify(profile(process.argv[2] as string, process.argv[3] as SimdChoice)));

/** Runs a model over samples in f32 and derives how its values are to be quantized. */
import { EngineError } from '../errors.ts';
import type { KernelSource } from '../kernels.ts';
import { foldBatchNorm } from '../passes/fold-batch-norm.ts';
import type { Program } from '../passes/index.ts';
import { mergePadding } from '../passes/merge-padding.ts';
import { Session } from '../session.ts';
import type { Tensor } from '../tensor.ts';
import { type Method, Observer } from './observer.ts';
import type { Quantization } from './quantization.ts';

/** Inputs of one run, by name. */
export type Sample = Readonly<Record<string, Float32Array>>;

/** The graph whose values are quantized: what inference folds into weights is folded, clamps and sums are values still. */
export const quantizable = (program: Program): Program =>
  [mergePadding, foldBatchNorm].reduce((current, pass) => pass.run(current), program);

/**
 * Quantizations of all values of a graph, by reference.
 * @param samples gives them anew each time that it is called: `mse` takes a second look
 * @throws EngineError `invalid-data` where there are none, `invalid-input` where a value is not finite, naming the node
 */
export async function calibrate(
  program: Program,
  source: KernelSource,
  samples: () => AsyncIterable<Sample> | Iterable<Sample>,
  method: Method,
): Promise<ReadonlyMap<string, Quantization>> {
  const session = new Session(program, source, { taps: 'all' });
  const { inputs, nodes } = program.graph;
  const observers = new Map(
    [...inputs.map(({ name }) => name), ...nodes.map(({ id }) => id)].map((id) => [id, new Observer()]),
  );
  const watch = async (look: (observer: Observer, data: Float32Array, id: string) => void): Promise<number> => {
    let count = 0;
    for await (const sample of samples()) {
      const values: Record<string, Tensor | Float32Array> = { ...session.run(sample), ...sample };
      for (const [id, observer] of observers) {
        const value = values[id] as Tensor | Float32Array;
        look(observer, value instanceof Float32Array ? value : value.data, id);
      }
      count++;
    }
    return count;
  };
  const count = await watch((observer, data, id) => {
    const wrong = observer.watchRange(data);
    if (wrong !== undefined) {
      throw new EngineError('invalid-input', `node "${id}": a value is ${wrong} in calibration, it must be finite`);
    }
  });
  if (count === 0) throw new EngineError('invalid-data', 'there are no samples to calibrate with');
  if (method === 'mse') await watch((observer, data) => observer.watchDistribution(data));
  return new Map([...observers].map(([id, observer]) => [id, observer.quantization(method)]));
}

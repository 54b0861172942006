/** Runs a model on samples in f32 and finds how each of its values is best quantized. */
import { EngineError } from '../errors.ts';
import type { Reference } from '../graph.ts';
import type { KernelSource } from '../kernels.ts';
import type { Program } from '../passes/index.ts';
import { Session } from '../session.ts';
import { type Method, Observer } from './observer.ts';
import type { Quantization } from './quantization.ts';

/** Inputs of one run, by name. */
export type CalibrationSample = Readonly<Record<string, Float32Array>>;

/**
 * Quantizations of these values, by reference.
 * @param samples gives them anew each time that it is called: `mse` takes a second look
 * @throws EngineError `invalid-input` where there are none, or where a value is not finite, naming the node
 */
export async function calibrate(
  program: Program,
  values: readonly Reference[],
  source: KernelSource,
  samples: () => AsyncIterable<CalibrationSample> | Iterable<CalibrationSample>,
  method: Method,
): Promise<ReadonlyMap<Reference, Quantization>> {
  const inputs = new Set(program.graph.inputs.map(({ name }) => name));
  const session = new Session(program, source, { taps: values.filter((value) => !inputs.has(value)) });
  const observers = new Map(values.map((value) => [value, new Observer()]));
  const watch = async (look: (observer: Observer, data: Float32Array, value: Reference) => void): Promise<number> => {
    let count = 0;
    for await (const sample of samples()) {
      const results = session.run(sample);
      for (const [value, observer] of observers) {
        look(observer, (inputs.has(value) ? sample[value] : results[value]?.data) as Float32Array, value);
      }
      count++;
    }
    return count;
  };
  const count = await watch((observer, data, value) => {
    const wrong = observer.watchRange(data);
    if (wrong === undefined) return;
    const where = inputs.has(value) ? 'input' : 'node';
    throw new EngineError(
      'invalid-input',
      `${where} "${value}": a value is ${wrong} in calibration, it must be finite`,
    );
  });
  if (count === 0) throw new EngineError('invalid-input', 'there are no samples to calibrate with');
  if (method === 'mse') await watch((observer, data) => observer.watchDistribution(data));
  return new Map([...observers].map(([value, observer]) => [value, observer.quantization(method)]));
}

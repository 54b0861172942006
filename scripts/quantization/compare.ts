/** What a model loses by fewer bits: accuracy and agreement on pictures, or how far its outputs move. */
import type { KernelSource } from '../../engine/kernels.ts';
import type { Model } from '../../engine/model-file.ts';
import type { CalibrationSample } from '../../engine/quantization/calibrate.ts';
import { Random } from '../../engine/random.ts';
import { Session } from '../../engine/session.ts';
import { elementCount, type Tensor } from '../../engine/tensor.ts';
import { splitAnswers } from '../training/evaluate-split.ts';
import { evaluation, topClasses } from '../training/metrics.ts';
import { agreementOf } from './agreement.ts';
import type { CalibrationData } from './calibration-data.ts';

export interface Comparison {
  /**
   * Accuracy where pictures have the model's classes; else agreement where it classifies, finds boxes (part of those of a
   * score of a half that both have) or masks (mean intersection over union); else output error.
   */
  readonly metric: 'accuracy' | 'agreement' | 'output error';
  readonly before: number;
  readonly after: number;
  /** Part of the pictures that both models call the same, where they classify. */
  readonly agreement?: number;
}

export interface Models {
  readonly before: Model;
  readonly after: Model;
}

type OnProgress = (done: number, total: number) => void;

/** On the test split, or on what there is. */
export function compareOnPictures(
  { before, after }: Models,
  { dataSet, preprocess, samples }: CalibrationData,
  source: KernelSource,
  onProgress: OnProgress,
): Comparison {
  const { task, labels = [] } = before.card;
  const split = dataSet.test ?? dataSet.train;
  if (task?.kind === 'detect' || task?.kind === 'localize' || task?.kind === 'segment') {
    const found = agreementOf({ before, after }, samples(onProgress, split), source);
    if (found) return { metric: 'agreement', before: 1, after: found.share };
  }
  if (task?.kind !== 'classify') {
    const inputs = samples(onProgress, split);
    return { metric: 'output error', before: 0, after: outputError({ before, after }, inputs, source) };
  }
  const { classes, length } = split;
  const pictures = { dataSet, split, indices: Uint32Array.from({ length }, (_, i) => i) };
  const [first, second] = [before, after].map((model, turn) => {
    const tick = (done: number) => onProgress(turn * length + done, 2 * length);
    return splitAnswers({ program: model, task, preprocess }, source, pictures, tick).probabilities;
  }) as [Float32Array, Float32Array];
  const count = first.length / length;
  const [called, calledAfter] = [topClasses(first, count), topClasses(second, count)];
  const agreement = called.filter((each, i) => each === calledAfter[i]).length / length;
  const isLabelled =
    dataSet.labels.length === count && (labels.length === 0 || labels.join('\n') === dataSet.labels.join('\n'));
  if (!isLabelled) return { metric: 'agreement', before: 1, after: agreement, agreement };
  const accuracy = (probabilities: Float32Array) => evaluation(probabilities, classes, count, { worst: 0 }).accuracy;
  return { metric: 'accuracy', before: accuracy(first), after: accuracy(second), agreement };
}

/** Random inputs that outputs are compared on where there is no data. */
const TRIALS = 4;

export const compareOnNoise = (models: Models, source: KernelSource): Comparison => ({
  metric: 'output error',
  before: 0,
  after: outputError(models, noise(models.before), source),
});

function* noise({ graph }: Model): Generator<CalibrationSample> {
  const random = new Random(1);
  for (let trial = 0; trial < TRIALS; trial++) {
    yield Object.fromEntries(
      graph.inputs.map(({ name, shape }) => {
        const length = elementCount(shape.map((side) => (side === -1 ? 1 : side)));
        return [name, Float32Array.from({ length }, () => 2 * random.float() - 1)];
      }),
    );
  }
}

/** Root mean square of the difference of all outputs over that of the outputs. */
function outputError({ before, after }: Models, samples: Iterable<CalibrationSample>, source: KernelSource): number {
  const [first, second] = [new Session(before, source), new Session(after, source)];
  let [difference, size] = [0, 0];
  for (const sample of samples) {
    const changed = second.run(sample);
    for (const [name, { data }] of Object.entries(first.run(sample))) {
      const other = (changed[name] as Tensor).data;
      data.forEach((value, i) => {
        difference += (value - (other[i] as number)) ** 2;
        size += value ** 2;
      });
    }
  }
  return size === 0 ? 0 : Math.sqrt(difference / size);
}

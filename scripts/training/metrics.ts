/**
 * The figures that say how good answers are, from probabilities and true classes alone: pure functions, no files and
 * no kernels. Definitions are those of scikit-learn, undefined ratios (0/0) count as 0.
 */
import { type Boxes, type BoxMetrics, boxMetrics, worstOfBoxes } from './box-metrics.ts';

/** How one class fares. */
export interface ClassMetrics {
  /** Of the pictures called this class, the part that is; 0 where none was called so. */
  readonly precision: number;
  /** Of the pictures of this class, the part that was found; 0 where there is none. */
  readonly recall: number;
  /** Harmonic mean of both, 2·TP / (2·TP + FP + FN); 0 where the class neither occurs nor was answered. */
  readonly f1: number;
  /** Pictures of this class. */
  readonly support: number;
}

/** A picture and what was said of it. */
export interface Mistake {
  /** Its place in the split. */
  readonly index: number;
  readonly actual: number;
  readonly predicted: number;
  /** −ln of the probability given to the actual class. */
  readonly loss: number;
  /** Where boxes were looked for: predicted and true one, and what of their union they share. */
  readonly iou?: number;
  readonly box?: readonly number[];
  readonly actualBox?: readonly number[];
}

export interface Evaluation extends Partial<BoxMetrics> {
  readonly images: number;
  readonly accuracy: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** Part of the pictures whose actual class is among the k most probable. */
  readonly topK: { readonly k: number; readonly accuracy: number };
  readonly perClass: readonly ClassMetrics[];
  /** confusion[actual][predicted] counts pictures. */
  readonly confusion: readonly (readonly number[])[];
  /** Wrong answers, the highest loss first; where boxes were looked for, those that were not found behind them. */
  readonly worst: readonly Mistake[];
}

/**
 * All figures at once.
 * @param probabilities [N,K] row by row, 0–1
 * @param actual [N] true classes, 0…K−1
 */
export function evaluation(
  probabilities: ArrayLike<number>,
  actual: ArrayLike<number>,
  classes: number,
  options: { readonly k?: number; readonly worst?: number; readonly boxes?: Boxes | undefined } = {},
): Evaluation {
  const predicted = topClasses(probabilities, classes);
  const losses = crossEntropy(probabilities, actual, classes);
  const confusion = confusionMatrix(actual, predicted, classes);
  const k = Math.min(options.k ?? 5, classes);
  const count = options.worst ?? 24;
  const wrong = worstMistakes(losses, actual, predicted, count);
  const figures = {
    images: actual.length,
    accuracy: accuracy(confusion),
    loss: mean(losses),
    topK: { k, accuracy: topKAccuracy(probabilities, actual, classes, k) },
    perClass: perClass(confusion),
    confusion,
  };
  const { boxes } = options;
  if (!boxes) return { ...figures, worst: wrong };
  const { ious, ...ofBoxes } = boxMetrics(boxes, predicted, actual);
  const answer = (index: number): Mistake => {
    return { index, actual: actual[index]!, predicted: predicted[index]!, loss: losses[index]! };
  };
  return { ...figures, ...ofBoxes, worst: worstOfBoxes(wrong, boxes, ious, answer, count) };
}

/** The most probable class of every row of [N,K]; ties go to the lower class. */
export function topClasses(probabilities: ArrayLike<number>, classes: number): Uint32Array {
  const top = new Uint32Array(probabilities.length / classes);
  for (let row = 0; row < top.length; row++) {
    let best = 0;
    for (let label = 1; label < classes; label++) {
      if (probabilities[row * classes + label]! > probabilities[row * classes + best]!) best = label;
    }
    top[row] = best;
  }
  return top;
}

/** Loss of every row: −ln p(actual). A probability of 0 counts as the smallest f32 (2^−149), so that means stay finite. */
export function crossEntropy(
  probabilities: ArrayLike<number>,
  actual: ArrayLike<number>,
  classes: number,
): Float64Array {
  const losses = new Float64Array(actual.length);
  for (let row = 0; row < losses.length; row++) {
    losses[row] = 0 - Math.log(Math.max(probabilities[row * classes + actual[row]!]!, 2 ** -149)); // 0 − 0 is 0, −0 is not
  }
  return losses;
}

/** matrix[actual][predicted], each a count of pictures. */
export function confusionMatrix(actual: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < actual.length; i++) matrix[actual[i]!]![predicted[i]!]!++;
  return matrix;
}

/** Part of the pictures on the diagonal, 0–1; 0 of none. */
export function accuracy(confusion: readonly (readonly number[])[]): number {
  const right = confusion.reduce((sum, row, label) => sum + row[label]!, 0);
  return ratio(
    right,
    confusion.reduce((sum, row) => sum + total(row), 0),
  );
}

export function perClass(confusion: readonly (readonly number[])[]): ClassMetrics[] {
  return confusion.map((row, label) => {
    const right = row[label]!;
    const support = total(row);
    const called = confusion.reduce((sum, other) => sum + other[label]!, 0);
    return {
      precision: ratio(right, called),
      recall: ratio(right, support),
      f1: ratio(2 * right, called + support),
      support,
    };
  });
}

/** Part of the rows whose actual class is among the k most probable; of equal ones the lower class comes first. */
export function topKAccuracy(
  probabilities: ArrayLike<number>,
  actual: ArrayLike<number>,
  classes: number,
  k: number,
): number {
  let right = 0;
  for (let row = 0; row < actual.length; row++) {
    const label = actual[row]!;
    const own = probabilities[row * classes + label]!;
    let ahead = 0;
    for (let other = 0; other < classes; other++) {
      const probability = probabilities[row * classes + other]!;
      if (probability > own || (probability === own && other < label)) ahead++;
    }
    if (ahead < k) right++;
  }
  return ratio(right, actual.length);
}

/** The wrong answers with the highest losses, at most `count`; equal losses in the order of the split. */
export function worstMistakes(
  losses: ArrayLike<number>,
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  count: number,
): Mistake[] {
  const mistakes: Mistake[] = [];
  for (let index = 0; index < losses.length; index++) {
    if (actual[index] === predicted[index]) continue;
    mistakes.push({ index, actual: actual[index]!, predicted: predicted[index]!, loss: losses[index]! });
  }
  return mistakes.sort((a, b) => b.loss - a.loss || a.index - b.index).slice(0, count);
}

const total = (row: readonly number[]): number => row.reduce((sum, count) => sum + count, 0);

const mean = (values: Float64Array): number =>
  ratio(
    values.reduce((sum, value) => sum + value, 0),
    values.length,
  );

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

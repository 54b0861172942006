/** Which classes of which boxes reach a score: what `detect` hands on to suppression. Scores in f64. */
import { exp, log } from '../elementary.ts';
import { type Activation, sigmoid } from './outputs.ts';

export interface CandidateOptions {
  readonly classes: number;
  readonly activation: Activation;
  /** Scores below take no part; 0 or more. */
  readonly least: number;
  /** Whether a box stands for each of its classes, or for its best one alone. */
  readonly perClass: boolean;
  /** A class that is never answered. */
  readonly background?: number | undefined;
}

/** Places at the beginning; they double. */
const ROOM = 256;

/**
 * A logit from which downwards `sigmoid` stays below `least`, and so does the softmax of a class that lies so far below
 * another: they need not be computed.
 *
 * Why: d ln σ/dx is 1 − σ(x), at least 2·10⁻⁹ up to x = 20. So 0.01 below the logit of `least`, and from there down, σ is
 * less than least·(1 − 2·10⁻¹¹), while our exp, log and three roundings are off by a few 10⁻¹⁶ of their results.
 */
export function logitBelow(least: number): number {
  if (!(least > 0)) return Number.NEGATIVE_INFINITY;
  const logit = least < 1 ? log(least / (1 - least)) : Number.POSITIVE_INFINITY;
  return Math.min(logit, 20) - 0.01;
}

export class Candidates {
  /** How many there are. */
  count = 0;
  /** Box · classes + class: rising, where boxes are offered in their order. */
  indices = new Int32Array(ROOM);
  scores = new Float64Array(ROOM);
  readonly classes: number;
  private readonly options: CandidateOptions;
  private readonly cut: number;
  /** The row's powers, for softmax. */
  private readonly powers: Float64Array;

  constructor(options: CandidateOptions) {
    this.options = options;
    this.classes = options.classes;
    this.cut = logitBelow(options.least);
    this.powers = new Float64Array(options.activation === 'softmax' ? options.classes : 0);
  }

  /**
   * Takes in the classes of a box: `values[first + c·step]` is class c's. NaN takes no part, ties go to the lower class.
   * @param factor that scores are multiplied with, 0–1 but for activation `given`
   */
  offer(box: number, values: ArrayLike<number>, first: number, step = 1, factor = 1): void {
    const { activation, least, perClass, background = -1 } = this.options;
    const { classes, cut, powers } = this;
    const isSoftmax = activation === 'softmax';
    let sum = 1;
    if (isSoftmax) {
      if (background >= 0 && this.isHopeless(values, first, step, background)) return;
      sum = this.raise(values, first, step);
    }
    let [best, bestScore] = [-1, 0];
    for (let c = 0, at = first; c < classes; c++, at += step) {
      let score = values[at]!;
      if (activation === 'sigmoid') {
        if (score < cut) continue;
        score = sigmoid(score);
      } else if (isSoftmax) {
        score = powers[c]! / sum;
      }
      score *= factor;
      if (!(score >= least) || c === background) continue;
      if (perClass) this.push(box * classes + c, score);
      else if (best < 0 || score > bestScore) [best, bestScore] = [c, score];
    }
    if (best >= 0) this.push(box * classes + best, bestScore);
  }

  /** Whether every class lies so far below the background that its softmax cannot reach the score: σ(x − b) is above it. */
  private isHopeless(values: ArrayLike<number>, first: number, step: number, background: number): boolean {
    const nothing = values[first + background * step]!;
    for (let c = 0, at = first; c < this.classes; c++, at += step) {
      if (c !== background && !(values[at]! - nothing < this.cut)) return false;
    }
    return true;
  }

  /** Powers of a row, its largest value's being 1. @returns their sum */
  private raise(values: ArrayLike<number>, first: number, step: number): number {
    const { classes, powers } = this;
    let [largest, sum] = [Number.NEGATIVE_INFINITY, 0];
    for (let c = 0, at = first; c < classes; c++, at += step) largest = Math.max(largest, values[at]!);
    for (let c = 0, at = first; c < classes; c++, at += step) {
      powers[c] = exp(values[at]! - largest);
      sum += powers[c]!;
    }
    return sum;
  }

  private push(index: number, score: number): void {
    if (this.count === this.indices.length) this.makeRoom();
    this.indices[this.count] = index;
    this.scores[this.count++] = score;
  }

  private makeRoom(): void {
    const { indices, scores } = this;
    this.indices = new Int32Array(2 * indices.length);
    this.indices.set(indices);
    this.scores = new Float64Array(2 * scores.length);
    this.scores.set(scores);
  }
}

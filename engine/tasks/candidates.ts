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

/** Places at the beginning; four times as many whenever they are full. */
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
  /** 0 or more, and never −0. */
  scores = new Float64Array(ROOM);
  readonly classes: number;
  private readonly options: CandidateOptions;
  private readonly cut: number;
  /** Scores of one box. */
  private readonly row: Float64Array;

  constructor(options: CandidateOptions) {
    this.options = options;
    this.classes = options.classes;
    this.cut = options.activation === 'given' ? Number.NEGATIVE_INFINITY : logitBelow(options.least);
    this.row = new Float64Array(options.classes);
  }

  /**
   * Takes in the classes of a box: `values[first + c·step]` is class c's. NaN takes no part, ties go to the lower class.
   * @param factor that scores are multiplied with, 0–1 but for activation `given`
   */
  offer(box: number, values: Float32Array | Float64Array, first: number, step = 1, factor = 1): void {
    const { perClass, least, background = -1 } = this.options;
    const { classes, row } = this;
    if (this.isHopeless(values, first, step, background)) return;
    this.activate(values, first, step);
    let best = -1;
    for (let c = 0; c < classes; c++) {
      const score = row[c]! * factor;
      if (!(score >= least) || c === background) continue;
      if (perClass) this.push(box * classes + c, score);
      else if (best < 0 || score > row[best]! * factor) best = c;
    }
    if (best >= 0) this.push(box * classes + best, row[best]! * factor);
  }

  /**
   * Whether no class can reach the score. A softmax is below σ of the distance to any other class: the background's is
   * taken, since that is nearly always the best one.
   */
  private isHopeless(values: Float32Array | Float64Array, first: number, step: number, background: number): boolean {
    const { classes, cut } = this;
    if (cut === Number.NEGATIVE_INFINITY) return false;
    let nothing = 0;
    if (this.options.activation === 'softmax') {
      if (background < 0) return false;
      nothing = values[first + background * step]!;
    }
    for (let c = 0, at = first; c < classes; c++, at += step) {
      if (!(values[at]! - nothing < cut) && c !== background) return false;
    }
    return true;
  }

  /** Values of a box → its row of scores. */
  private activate(values: Float32Array | Float64Array, first: number, step: number): void {
    const { classes, cut, row } = this;
    const { activation } = this.options;
    let [largest, sum] = [Number.NEGATIVE_INFINITY, 0];
    for (let c = 0, at = first; c < classes; c++, at += step) row[c] = values[at]!;
    if (activation === 'sigmoid') {
      // Any number below will do for what is hopeless by itself.
      for (let c = 0; c < classes; c++) row[c] = row[c]! < cut ? -1 : sigmoid(row[c]!);
    } else if (activation === 'softmax') {
      for (let c = 0; c < classes; c++) largest = Math.max(largest, row[c]!);
      for (let c = 0; c < classes; c++) {
        row[c] = exp(row[c]! - largest);
        sum += row[c]!;
      }
      for (let c = 0; c < classes; c++) row[c]! /= sum;
    }
  }

  private push(index: number, score: number): void {
    if (this.count === this.indices.length) this.makeRoom();
    this.indices[this.count] = index;
    this.scores[this.count++] = score + 0;
  }

  private makeRoom(): void {
    const { indices, scores } = this;
    this.indices = new Int32Array(4 * indices.length);
    this.indices.set(indices);
    this.scores = new Float64Array(4 * scores.length);
    this.scores.set(scores);
  }
}

/** What calibration learns of a value: how far it reaches, and how often it is where. */
import { type Quantization, quantizationOf, quantized } from './quantization.ts';

/** The whole range, or that part of it which loses least by being cut and rounded. */
export const methods = ['minmax', 'mse'] as const;
export type Method = (typeof methods)[number];

const BINS = 2048;
/** Shares of the range that are tried. */
const STEPS = 100;

/** Watches one value over all samples: first its range, then its distribution in it. */
export class Observer {
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;
  private bins: Float64Array | undefined;

  /** @returns the first number that is not finite, if there is one */
  watchRange(data: Float32Array): number | undefined {
    for (const value of data) {
      if (!Number.isFinite(value)) return value;
      if (value < this.min) this.min = value;
      if (value > this.max) this.max = value;
    }
    return undefined;
  }

  /** After all ranges are known. */
  watchDistribution(data: Float32Array): void {
    this.bins ??= new Float64Array(BINS);
    const perBin = (this.max - this.min) / BINS;
    if (perBin === 0) return;
    for (const value of data) {
      this.bins[Math.min(BINS - 1, Math.floor((value - this.min) / perBin))]! += 1;
    }
  }

  quantization(method: Method): Quantization {
    const whole = quantizationOf(this.min, this.max);
    if (method === 'minmax' || !this.bins || this.min === this.max) return whole;
    let best = whole;
    let least = this.error(whole);
    for (let step = STEPS - 1; step > 0; step--) {
      const share = step / STEPS;
      const candidate = quantizationOf(this.min * share, this.max * share);
      const error = this.error(candidate);
      if (error < least) [best, least] = [candidate, error];
    }
    return best;
  }

  /** Sum of squared errors, each bin taken at its middle. */
  private error(candidate: Quantization): number {
    const perBin = (this.max - this.min) / BINS;
    return (this.bins as Float64Array).reduce((sum, count, i) => {
      if (count === 0) return sum;
      const middle = this.min + (i + 0.5) * perBin;
      return sum + count * (quantized(middle, candidate) - middle) ** 2;
    }, 0);
  }
}

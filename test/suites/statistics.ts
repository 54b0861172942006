/**
 * What the tests of random augmentations share. Every bound is a number of standard errors that follows from the size of
 * the sample: at five of them a right generator fails one check in 1.7 million.
 */
import { expect } from 'vitest';

export const ERRORS = 5;

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

/** The k-th moment about `centre`. */
export function moment(values: ArrayLike<number>, k: number, centre = mean(values)): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((values[i] as number) - centre) ** k;
  return sum / values.length;
}

export function deviation(values: ArrayLike<number>): number {
  return Math.sqrt(moment(values, 2));
}

/** Pearson's; of independent values it is off from 0 by 1/√n, the standard error. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const count = Math.min(a.length, b.length);
  const meanA = mean(a);
  const meanB = mean(b);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < count; i++) {
    const x = (a[i] as number) - meanA;
    const y = (b[i] as number) - meanB;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

/** With itself, `lag` places on. */
export function lagCorrelation(values: Float64Array, lag: number): number {
  return correlation(values.subarray(lag), values.subarray(0, values.length - lag));
}

/** Within five standard errors of what theory says. */
export function expectNear(found: number, theory: number, standardError: number, what: string): void {
  const off = (found - theory) / standardError;
  expect(Math.abs(off), `${what}: ${found}, expected ${theory}, ${off.toFixed(2)} standard errors off`).toBeLessThan(
    ERRORS,
  );
}

/** Pearson's χ² of counts against the probabilities of their cells. Few expected in a cell: it is joined with the next. */
export function chiSquare(counts: readonly number[], probabilities: readonly number[]): { value: number; df: number } {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let value = 0;
  let cells = 0;
  let count = 0;
  let expected = 0;
  counts.forEach((found, i) => {
    count += found;
    expected += total * (probabilities[i] as number);
    const rest = total * probabilities.slice(i + 1).reduce((sum, p) => sum + p, 0);
    if (expected < 10 || (rest < 10 && i < counts.length - 1)) return;
    value += (count - expected) ** 2 / expected;
    cells++;
    count = 0;
    expected = 0;
  });
  return { value, df: cells - 1 };
}

/**
 * χ² has mean df and variance 2·df; its tails are those of a normal number only for many cells, so its cube root is
 * looked at, which is nearly normal with mean 1 − 2/(9·df) and variance 2/(9·df) (Wilson and Hilferty 1931). Too good a fit fails, too.
 */
export function expectChiSquare({ value, df }: { value: number; df: number }, what: string): void {
  const spread = 2 / (9 * df);
  expectNear(Math.cbrt(value / df), 1 - spread, Math.sqrt(spread), `${what}, χ² ${value.toFixed(1)} of ${df}`);
}

/** χ² of two histograms over the same cells: were they drawn from one distribution? */
export function twoSampleChiSquare(a: readonly number[], b: readonly number[]): { value: number; df: number } {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const ratio = Math.sqrt(sum(b) / sum(a));
  let value = 0;
  let cells = 0;
  a.forEach((count, i) => {
    const other = b[i] as number;
    if (count + other === 0) return;
    value += (count * ratio - other / ratio) ** 2 / (count + other);
    cells++;
  });
  return { value, df: cells - 1 };
}

/** A statistic of many seeds, as test/fixtures/golden/stats.json tells it: rounded to four places. */
export interface GoldenStatistic {
  readonly mean: number;
  readonly std: number;
  readonly n: number;
}

/** Our seeds against the set's: their means, and their spreads, each within the standard errors of both samples. */
export function expectAsGolden(found: readonly number[], golden: GoldenStatistic, what: string): void {
  const rounding = 1e-4;
  const spread = deviation(found);
  const errorOf = (ours: number, theirs: number) => Math.sqrt(ours ** 2 / found.length + theirs ** 2 / golden.n);
  expectNear(mean(found), golden.mean, errorOf(spread, golden.std) + rounding, `mean of ${what}`);
  // A deviation is known to one part in √(2n), for what is about normal.
  expectNear(spread, golden.std, errorOf(spread, golden.std) / Math.SQRT2 + rounding, `spread of ${what}`);
}

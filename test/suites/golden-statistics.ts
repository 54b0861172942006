/** Statistics over many seeds, against those that test/fixtures/golden/stats.json took of imgaug. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { deviation, mean } from './statistics.ts';

const root = new URL('../../', import.meta.url);

/** A statistic of one picture, over `n` seeds. */
export interface Sampled {
  readonly mean: number;
  readonly std: number;
  readonly n: number;
}

const golden = JSON.parse(readFileSync(new URL('test/fixtures/golden/stats.json', root), 'utf8')) as Record<
  string,
  Record<string, Sampled>
>;

export function goldenFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`test/fixtures/golden/${name}`, root)));
}

/**
 * Means of two samples that were drawn alike differ by more than four standard errors of their difference once in 16,000
 * times; the suites compare some thirty, with fixed seeds.
 */
const STANDARD_ERRORS = 4;

/** The values of a statistic, one a seed, agree with the golden ones in their mean. */
export function expectGoldenMean(entry: string, statistic: string, values: readonly number[]): void {
  const expected = golden[entry]?.[statistic] as Sampled;
  const error = Math.sqrt(expected.std ** 2 / expected.n + deviation(values) ** 2 / values.length);
  const distance = (mean(values) - expected.mean) / error;
  expect(Math.abs(distance), `${entry} ${statistic}: ${mean(values)} for ${expected.mean}`).toBeLessThan(
    STANDARD_ERRORS,
  );
}

/**
 * Slope of a square plane's power over frequency, both as logarithms: a line through the means over rings of frequencies
 * 2 … 23. The golden set does not say how its slopes were taken; imgaug's own fields, remade, give its means and standard
 * deviations this way and no other that was tried.
 */
export function spectralSlope(plane: ArrayLike<number>, size: number): number {
  const centre = mean(plane);
  const turn = Array.from({ length: size }, (_, k) => [
    Math.cos((2 * Math.PI * k) / size),
    Math.sin((2 * Math.PI * k) / size),
  ]) as [number, number][];
  const most = 24;
  // Rows first; of the columns' frequencies only those up to the last ring are needed.
  const rows = Array.from({ length: size }, (_, y) =>
    Array.from({ length: most }, (_, l) => {
      let [re, im] = [0, 0];
      for (let x = 0; x < size; x++) {
        const value = (plane[y * size + x] as number) - centre;
        const [c, s] = turn[(l * x) % size] as [number, number];
        re += value * c;
        im -= value * s;
      }
      return [re, im] as const;
    }),
  );
  const power = new Float64Array(most);
  const count = new Float64Array(most);
  for (let k = -most; k <= most; k++) {
    for (let l = 0; l < most; l++) {
      const ring = Math.round(Math.hypot(k, l));
      if (ring < 2 || ring >= most) continue;
      let [re, im] = [0, 0];
      for (let y = 0; y < size; y++) {
        const [a, b] = (rows[y] as (readonly [number, number])[])[l] as readonly [number, number];
        const [c, s] = turn[(((k * y) % size) + size) % size] as [number, number];
        re += a * c + b * s;
        im += b * c - a * s;
      }
      // A frequency stands for itself and its mirror image, except on the axis, where both are met.
      const weight = l === 0 ? 1 : 2;
      power[ring] = (power[ring] as number) + weight * (re * re + im * im);
      count[ring] = (count[ring] as number) + weight;
    }
  }
  const rings = Array.from({ length: most - 2 }, (_, i) => i + 2);
  const x = rings.map((ring) => Math.log(ring));
  const y = rings.map((ring) => Math.log((power[ring] as number) / (count[ring] as number)));
  const [centreX, centreY] = [mean(x), mean(y)];
  const covariance = mean(x.map((value, i) => (value - centreX) * ((y[i] as number) - centreY)));
  return covariance / deviation(x) ** 2;
}

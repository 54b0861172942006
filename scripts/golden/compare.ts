/** How far two pictures are apart, in the measures that golden cases name. */
import type { Tolerance } from './manifest.ts';

export interface Values {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
}

/** The tolerance that is broken, as a sentence; nothing where all hold. */
export function broken(found: Values, expected: Values, tolerance: Tolerance): string | undefined {
  const shape = ({ width, height, channels }: Values) => `${width}×${height}×${channels}`;
  if (shape(found) !== shape(expected)) return `the picture has ${shape(found)} values, expected ${shape(expected)}`;
  const differences = Float64Array.from({ length: expected.data.length }, (_, i) =>
    Math.abs((found.data[i] as number) - (expected.data[i] as number)),
  );
  const share = (above: number) =>
    differences.reduce((count, d) => count + (d > above ? 1 : 0), 0) / differences.length;
  const faults: string[] = [];
  const check = (name: string, value: number, limit: number | undefined) => {
    if (limit !== undefined && !(value <= limit))
      faults.push(`${name} is ${Number(value.toFixed(6))}, at most ${limit} is allowed`);
  };
  check(
    'max |a − b|',
    differences.reduce((most, d) => Math.max(most, d), 0),
    tolerance.max_abs,
  );
  check('mean |a − b|', differences.reduce((sum, d) => sum + d, 0) / differences.length, tolerance.mean_abs);
  check('the 99th percentile of |a − b|', percentile(differences, 0.99), tolerance.p99);
  check('the share of values more than 2 apart', share(2), tolerance.frac_gt2);
  check('the share of pixels that differ', differingPixels(differences, expected.channels), tolerance.frac_differs);
  if (tolerance.frac_gt) {
    const [above, limit] = tolerance.frac_gt;
    check(`the share of values more than ${above} apart`, share(above), limit);
  }
  return faults.length ? faults.join('; ') : undefined;
}

function percentile(values: Float64Array, share: number): number {
  const sorted = values.slice().sort();
  return sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)] as number;
}

function differingPixels(differences: Float64Array, channels: number): number {
  const pixels = differences.length / channels;
  let count = 0;
  for (let i = 0; i < pixels; i++) {
    if (differences.subarray(i * channels, (i + 1) * channels).some((d) => d > 0)) count++;
  }
  return count / pixels;
}

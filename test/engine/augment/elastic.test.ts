/** Elastic fields: against a naive loop, their statistics, and labels that follow them. */
import { describe, expect, test } from 'vitest';
import type { Resampling } from '../../../engine/augment/resampling.ts';
import { stepRandom } from '../../../engine/augment/resolve.ts';
import { smoothField, uniformPlane } from '../../../engine/augment/smooth-field.ts';
import { type Pixels, Studio } from '../../../engine/augment/studio.ts';
import { borderIndex } from '../../../engine/image/border.ts';
import { type Key, philox } from '../../../engine/random.ts';
import { sampleAt } from '../../reference/augment/affine.ts';
import { AugmentRunner, pipelineOf, testPicture } from '../../suites/augment.ts';
import { testImageKernels } from '../image/load.ts';

const runner = new AugmentRunner(testImageKernels());
const run = (node: unknown, image: Pixels, input = {}) => runner.run(pipelineOf(node), image, input);

/** The field as its definition has it, in f64: bytes of Philox, smoothed along rows, then columns. */
function naiveField(width: number, height: number, alpha: number, sigma: number, key: Key): readonly Float64Array[] {
  const radius = Math.max(Math.ceil(4 * sigma), 1);
  const window = Array.from({ length: 2 * radius + 1 }, (_, k) =>
    sigma === 0 ? Number(k === radius) : Math.exp(-((k - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = window.reduce((all, weight) => all + weight, 0);
  const perColumn = Math.ceil(height / 8) * 8;
  return [0, 1].map((plane) => {
    const noise = (x: number, y: number) => {
      const index = x * perColumn + y;
      const [run64, word, lane, byte] = [index >> 6, (index >> 4) & 3, (index >> 2) & 3, index & 3];
      const block = philox([4 * run64 + lane, plane, 0, 0], key);
      return (((((block[word] as number) >>> (8 * byte)) << 24) >> 24) + 0.5) / 128;
    };
    const values = Float64Array.from({ length: width * height }, (_, i) => noise(i % width, Math.floor(i / width)));
    const smooth = (from: Float64Array, at: (i: number, k: number) => number) =>
      from.map((_, i) =>
        window.reduce((all, weight, k) => all + (weight / sum) * (from[at(i, k - radius)] as number), 0),
      );
    const across = smooth(values, (i, k) => i - (i % width) + borderIndex((i % width) + k, width, 'reflect'));
    const down = smooth(
      across,
      (i, k) => borderIndex(Math.floor(i / width) + k, height, 'reflect') * width + (i % width),
    );
    return down.map((value) => value * alpha);
  });
}

describe('elastic', () => {
  test.each([
    [1, 1, 30, 4, 'bilinear', 'reflect'],
    [7, 2, 5, 1.5, 'bilinear', 'edge'],
    [37, 23, 30, 4, 'bilinear', 'constant'],
    [24, 32, 60, 6, 'bilinear', 'symmetric'],
    [20, 17, 3, 0, 'bilinear', 'wrap'],
    [20, 17, 9, 2, 'nearest', 'constant'],
  ] as const)(
    '%i×%i, alpha %d, sigma %d, %s, %s: as the naive loop',
    (width, height, alpha, sigma, interpolation, border) => {
      for (const channels of [1, 3, 4, 5]) {
        for (const type of ['u8', 'f32'] as const) {
          const picture = testPicture(width, height, channels, type);
          const how: Resampling = { interpolation, border, fill: 9 };
          const { image, steps } = run({ type: 'elastic', alpha, sigma, ...how }, picture);
          const key = stepRandom(steps[0] as never)?.kernelKey() as Key;
          const [dx, dy] = naiveField(width, height, alpha, sigma, key) as [Float64Array, Float64Array];
          const exact = { ...picture, data: Float64Array.from(picture.data) };
          let wrong = 0;
          image.data.forEach((value, i) => {
            const pixel = Math.floor(i / channels);
            const [x, y] = [(pixel % width) - (dx[pixel] as number), Math.floor(pixel / width) - (dy[pixel] as number)];
            const level = sampleAt(exact, x, y, i % channels, how);
            // f32 sums of 49 weights, twice, times alpha: 2 · 49 · 2^-25 · 60 = 2e-4 of a pixel, 0.05 of a level; half a level more for u8.
            if (Math.abs(value - level) > (type === 'u8' ? 0.65 : 0.1)) wrong++;
          });
          // Nearest: a position within 2e-4 of the edge between two pixels.
          expect(wrong, `${channels} channels of ${type}`).toBeLessThanOrEqual(
            interpolation === 'nearest' ? channels : 0,
          );
        }
      }
    },
  );

  test('a keypoint goes where what is there goes', () => {
    const [width, height] = [96, 80];
    const spot = (x: number, y: number) => (Math.abs(x - 40) < 3 && Math.abs(y - 37) < 3 ? 255 : 0);
    const data = Uint8Array.from({ length: width * height }, (_, i) =>
      spot((i % width) + 0.5, Math.floor(i / width) + 0.5),
    );
    for (let sample = 0; sample < 5; sample++) {
      const node = { type: 'elastic', alpha: 60, sigma: 8 };
      const result = run(node, { width, height, channels: 1, data }, { sample, labels: { keypoints: [[40, 37]] } });
      let [sum, x, y] = [0, 0, 0];
      result.image.data.forEach((level, i) => {
        sum += level;
        x += level * ((i % width) + 0.5);
        y += level * (Math.floor(i / width) + 0.5);
      });
      const [toX = Number.NaN, toY = Number.NaN] = result.labels?.keypoints?.[0] ?? [];
      // A spot of six pixels keeps its centre but for the field's curvature across it.
      expect(Math.abs(x / sum - toX)).toBeLessThan(0.3);
      expect(Math.abs(y / sum - toY)).toBeLessThan(0.3);
      expect(Math.abs(toX - 40) + Math.abs(toY - 37)).toBeGreaterThan(0.05);
    }
  });
});

test.each([
  [30, 4],
  [60, 6],
])('fields of alpha %d and sigma %d are centred and as wide as theory says', (alpha, sigma) => {
  const studio = new Studio(testImageKernels());
  const size = { width: 128, height: 128 };
  let [sum, squares, count, product] = [0, 0, 0, 0];
  for (let seed = 0; seed < 40; seed++) {
    const field = smoothField(studio, size, { alpha, sigma }, (plane) => uniformPlane(studio, plane, [seed, 77]));
    const values = studio.floats(field.ptr, 2 * 128 * 128);
    for (let i = 0; i < 128 * 128; i++) {
      const [dx, dy] = [values[i] as number, values[128 * 128 + i] as number];
      sum += dx + dy;
      squares += dx * dx + dy * dy;
      product += dx * dy;
      count += 2;
    }
    studio.keepOnly();
  }
  // Uniform noise of variance alpha²/3, smoothed: divided by 4πσ². 80 planes of 128²/(4πσ²) independent cells, 36 at least:
  // the mean is off by std/53, the width by 1.3 %, the correlation by 1/38; five times each. At a mirrored edge noise meets
  // itself, ∫exp(−x²/σ²) of it at each of two edges both ways: the variance grows by (1 + σ√π/128)².
  const std = (alpha / Math.sqrt(3) / (2 * sigma * Math.sqrt(Math.PI))) * (1 + (sigma * Math.sqrt(Math.PI)) / 128);
  expect(Math.abs(sum / count)).toBeLessThan((5 * std) / 53);
  expect(Math.abs(Math.sqrt(squares / count) / std - 1)).toBeLessThan(0.065);
  expect(Math.abs(product / (count / 2)) / (std * std)).toBeLessThan(5 / 38);
});

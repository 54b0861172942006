/** Clouds, fog, snow and superpixels against the statistics of imgaug, on its picture. */
import { beforeAll, describe, expect, test } from 'vitest';
import {
  blendPlanes,
  type CloudLayer,
  drawCloud,
  firstCloud,
  fogBank,
  secondCloud,
} from '../../../engine/augment/clouds.ts';
import type { Pixels } from '../../../engine/augment/studio.ts';
import { Studio } from '../../../engine/augment/studio.ts';
import { Random } from '../../../engine/random.ts';
import { AugmentRunner, pipelineOf } from '../../suites/augment.ts';
import { expectGoldenMean, goldenFile, spectralSlope } from '../../suites/golden-statistics.ts';
import { deviation, mean } from '../../suites/statistics.ts';
import { testCodecs, testImageKernels } from '../image/load.ts';

const kernels = testImageKernels();
const runner = new AugmentRunner(kernels);
const SIZE = 128;
const SEEDS = 160;
let picture: Pixels;

beforeAll(async () => {
  const codecs = testCodecs();
  await codecs.ready();
  picture = await codecs.decode(goldenFile('in/astronaut.png'));
});

const shiftOf = (data: ArrayLike<number>) => mean(data) - mean(picture.data);

const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed);

const afterwards = (node: unknown, sample: number) => runner.run(pipelineOf(node), picture, { sample }).image.data;

describe.each([
  ['clouds_layer0', firstCloud],
  ['clouds_layer1', secondCloud],
  ['fog', fogBank],
] as const)('%s', (entry: string, layer: CloudLayer) => {
  const statistics: Record<string, number[]> = {};
  const note = (name: string, value: number) => {
    statistics[name] ??= [];
    statistics[name].push(value);
  };

  beforeAll(() => {
    for (const seed of seeds(SEEDS)) {
      const studio = new Studio(kernels);
      const image = studio.load(picture);
      const { alpha, intensity } = drawCloud(studio, layer, image, new Random(seed, 3));
      const seen = studio.floats(alpha.ptr, SIZE * SIZE).slice();
      const light = studio.floats(intensity.ptr, SIZE * SIZE).slice();
      note('alpha_mean', mean(seen));
      note('alpha_std', deviation(seen));
      note('alpha_max', Math.max(...seen));
      note('alpha_least', Math.min(...seen));
      note('intensity_mean', mean(light));
      note('intensity_std', deviation(light));
      if (seed < SEEDS / 4) note('alpha_spectral_slope', spectralSlope(seen, SIZE));
      blendPlanes(studio, image, alpha, intensity);
      note('brightness_shift', shiftOf(studio.unload(image)));
    }
  });

  test.each([
    'alpha_mean',
    'alpha_std',
    'alpha_max',
    'intensity_mean',
    'intensity_std',
    'alpha_spectral_slope',
    'brightness_shift',
  ])('%s', (statistic) => {
    expectGoldenMean(entry, statistic, statistics[statistic] as number[]);
  });

  test('alpha lies in 0 … 1', () => {
    expect(Math.min(...(statistics.alpha_least as number[]))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...(statistics.alpha_max as number[]))).toBeLessThanOrEqual(1);
  });
});

test('clouds of any layers', () => {
  const shifts = seeds(SEEDS).map((seed) => shiftOf(afterwards({ type: 'clouds' }, seed)));
  expectGoldenMean('clouds_full', 'brightness_shift', shifts);
});

test('clouds: both layers in half of the pictures, else either', () => {
  const counts: Record<string, number> = { first: 0, second: 0, both: 0 };
  const small = { ...picture, width: 1, height: 1, data: picture.data.slice(0, 3) };
  const trials = 2000;
  for (const sample of seeds(trials)) {
    const { steps } = runner.run(pipelineOf({ type: 'clouds' }), small, { sample });
    const layers = String(steps[0]?.params.layers);
    counts[layers] = (counts[layers] as number) + 1;
  }
  // Four standard deviations of a binomial number.
  const within = (name: string, p: number) =>
    expect(Math.abs((counts[name] as number) - trials * p)).toBeLessThan(4 * Math.sqrt(trials * p * (1 - p)));
  within('first', 0.25);
  within('second', 0.25);
  within('both', 0.5);
});

test('snowflakes brighten as much, cover as much, and darken nothing', () => {
  const shifts: number[] = [];
  const covered: number[] = [];
  for (const seed of seeds(2 * SEEDS)) {
    const data = afterwards({ type: 'snowflakes' }, seed);
    const rises = Array.from(data, (value, i) => value - (picture.data[i] as number));
    expect(rises.some((rise) => rise < 0)).toBe(false);
    shifts.push(mean(rises));
    covered.push(mean(rises.map((rise) => (rise > 20 ? 1 : 0))));
  }
  expectGoldenMean('snowflakes_default', 'brightness_shift', shifts);
  expectGoldenMean('snowflakes_default', 'coverage_gt20', covered);
});

test('superpixels: half of them are painted where replace is ½', () => {
  const changed = seeds(40).map((seed) => {
    const data = afterwards({ type: 'superpixels', replace: 0.5, segments: 100 }, seed);
    let count = 0;
    for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
      if ([0, 1, 2].some((c) => data[3 * pixel + c] !== picture.data[3 * pixel + c])) count++;
    }
    return count / (SIZE * SIZE);
  });
  expectGoldenMean('superpixels_p05_n100', 'changed_fraction', changed);
});

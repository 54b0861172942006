/**
 * What is drawn has the distribution that it should have: against closed forms, and against the statistics of the golden set
 * (test/fixtures/golden/stats.json). suites/statistics.ts says what the bounds are.
 */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../engine/random.ts';
import { pipelineOf } from '../../suites/augment.ts';
import { channel, draws, flat, goldenStatistics, joined, runner, SIDE, uniform } from '../../suites/draws.ts';
import {
  chiSquare,
  correlation,
  deviation,
  expectAsGolden,
  expectChiSquare,
  expectNear,
  lagCorrelation,
  mean,
  moment,
  twoSampleChiSquare,
} from '../../suites/statistics.ts';

describe('uniform numbers', () => {
  const count = 1 << 18;
  const words = Array.from({ length: 8 }, (_, seed) => {
    const random = new Random(seed, 7);
    return Array.from({ length: count }, () => random.uint32());
  });

  test.each([0, 8, 16, 24])('bits %i and the seven above are spread evenly', (shift) => {
    for (const values of words) {
      const counts = new Array<number>(256).fill(0);
      for (const word of values) {
        const byte = (word >>> shift) & 255;
        counts[byte] = (counts[byte] as number) + 1;
      }
      expectChiSquare(chiSquare(counts, uniform(256)), `byte ${shift / 8}`);
    }
  });

  test('neighbours in pairs are spread evenly over a grid', () => {
    for (const values of words) {
      const counts = new Array<number>(1024).fill(0);
      for (let i = 0; i + 1 < count; i += 2) {
        const cell = ((values[i] as number) >>> 27) * 32 + ((values[i + 1] as number) >>> 27);
        counts[cell] = (counts[cell] as number) + 1;
      }
      expectChiSquare(chiSquare(counts, uniform(1024)), 'pairs');
    }
  });

  test('a number tells nothing of those that follow', () => {
    for (const values of words.slice(0, 2)) {
      const floats = Float64Array.from(values);
      for (const lag of [1, 2, 3, 4, 5, 8, 16, 100]) {
        expectNear(lagCorrelation(floats, lag), 0, 1 / Math.sqrt(count - lag), `lag ${lag}`);
      }
    }
  });

  test('neighbouring seeds, epochs and samples tell nothing of each other', () => {
    const image = flat(100, 1, 'f32');
    const node = { type: 'gaussianNoise', std: 1 };
    const noise = (name: object) =>
      Float64Array.from(runner.run(pipelineOf(node), image, { seed: 5, epoch: 2, sample: 9, ...name }).image.data);
    const first = noise({});
    for (const name of [{ seed: 6 }, { epoch: 3 }, { sample: 10 }, { sample: 'a'.repeat(64) }]) {
      expectNear(correlation(first, noise(name)), 0, 1 / SIDE, JSON.stringify(name));
    }
  });
});

describe.each([true, false])('gaussianNoise, perChannel %s', (perChannel) => {
  const STD = 20;
  const seeds = 100;
  const pictures = draws({ type: 'gaussianNoise', std: STD, perChannel }, flat(128, 3, 'u8'), seeds);
  const expected = goldenStatistics[`gauss_noise_sigma20_per_channel_${perChannel ? 'True' : 'False'}`];
  const noise = joined(perChannel ? pictures : pictures.map((picture) => channel(picture, 0, 3)));
  const count = noise.length;

  test('has the moments of a normal distribution, rounded to whole levels', () => {
    const std = Math.sqrt(STD ** 2 + 1 / 12);
    expectNear(mean(noise), 128, std / Math.sqrt(count), 'mean');
    expectNear(deviation(noise), std, std / Math.sqrt(2 * count), 'deviation');
    expectNear(moment(noise, 3) / std ** 3, 0, Math.sqrt(6 / count), 'skewness');
    expectNear(moment(noise, 4) / std ** 4, 3, Math.sqrt(24 / count), 'kurtosis');
  });

  test('does not hang on what stands beside, above or some places on', () => {
    for (const lag of [1, 2, 3, 4, 5, 8, 16, SIDE, 3 * SIDE, 2048]) {
      expectNear(lagCorrelation(noise, lag), 0, 1 / Math.sqrt(count), `lag ${lag}`);
    }
  });

  test('is as in the golden set, picture for picture', () => {
    const channels = pictures.map((picture) => [0, 1].map((index) => channel(picture, index, 3)));
    expectAsGolden(
      pictures.map((picture) => mean(picture) - 128),
      expected.mean,
      'mean',
    );
    expectAsGolden(pictures.map(deviation), expected.std, 'deviation');
    expectAsGolden(
      channels.map(([red, green]) => correlation(red as Float64Array, green as Float64Array)),
      expected.channel_correlation,
      'correlation of channels',
    );
    expectAsGolden(
      channels.map(([red]) => lagCorrelation(red as Float64Array, 1)),
      expected.lag1_autocorrelation,
      'correlation of neighbours',
    );
  });
});

test('gaussianNoise on f32 is normal out to its tails', () => {
  const values = joined(draws({ type: 'gaussianNoise', std: 1 }, flat(0, 3, 'f32'), 40));
  const edges = Array.from({ length: 33 }, (_, i) => -4 + i / 4);
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const value of values) {
    const cell = edges.filter((edge) => edge <= value).length;
    counts[cell] = (counts[cell] as number) + 1;
  }
  const below = [0, ...edges.map(normalShare), 1];
  const shares = below.slice(1).map((share, i) => share - (below[i] as number));
  expectChiSquare(chiSquare(counts, shares), 'normal');
});

/** Share of a normal distribution below x: Simpson's rule on its density, right to ten places. */
function normalShare(x: number): number {
  const steps = 2000;
  const density = (at: number) => Math.exp((-at * at) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(x);
  for (let i = 1; i < steps; i++) sum += (i % 2 ? 4 : 2) * density((x * i) / steps);
  return 0.5 + (sum * x) / steps / 3;
}

describe.each([
  [3, 0.5],
  [3, 2],
  [31, 2],
  [33, 2],
  [128, 3],
  [250, 0.5],
])('poissonNoise of level %d, scale %d', (level, scale) => {
  const counts = joined(draws({ type: 'poissonNoise', scale }, flat(level, 3, 'f32'), 4)).map((value) => value / scale);
  const lambda = level / scale;
  const n = counts.length;

  test('has the mean and the variance of a Poisson distribution', () => {
    expectNear(mean(counts), lambda, Math.sqrt(lambda / n), 'mean');
    // The fourth moment about the mean is λ + 3λ², so a variance is off by √((λ + 2λ²) / n).
    expectNear(moment(counts, 2), lambda, Math.sqrt((lambda + 2 * lambda ** 2) / n), 'variance');
  });

  test('counts as often as it should', () => {
    const most = Math.ceil(lambda + 12 * Math.sqrt(lambda) + 10);
    const found = new Array<number>(most + 1).fill(0);
    for (const count of counts) {
      const whole = Math.round(count);
      found[whole] = (found[whole] as number) + 1;
    }
    // Counts times the scale are rounded to f32.
    expect(counts.every((count) => Math.abs(count - Math.round(count)) < 1e-4)).toBe(true);
    const shares: number[] = [];
    let logFactorial = 0;
    for (let k = 0; k <= most; k++) {
      if (k > 1) logFactorial += Math.log(k);
      shares.push(Math.exp(k * Math.log(lambda) - lambda - logFactorial));
    }
    expectChiSquare(chiSquare(found, shares), 'counts');
  });

  test('does not hang on its neighbours', () => {
    for (const lag of [1, 3, 4, 8, SIDE]) expectNear(lagCorrelation(counts, lag), 0, 1 / Math.sqrt(n), `lag ${lag}`);
  });
});

describe('someOf', () => {
  const children = [0, 1, 2, 3].map((i) => ({ type: 'brightness', id: `${i}`, add: i }));
  const pixel = { width: 1, height: 1, channels: 1, data: Uint8Array.of(9) };
  const runs = 3000;
  const chosen = (n: unknown, order: string) =>
    Array.from({ length: runs }, (_, sample) =>
      runner
        .run(pipelineOf({ type: 'someOf', n, order, children }), pixel, { seed: 3, sample })
        .steps.map(({ id }) => Number(id)),
    );
  const countsOf = (keys: readonly string[]) => (values: readonly string[]) =>
    keys.map((key) => values.filter((value) => value === key).length);

  test('takes as many as drawn, every number as likely, as in the golden set', () => {
    const numbers = chosen({ int: [1, 3] }, 'given').map(({ length }) => `${length}`);
    const counts = countsOf(['0', '1', '2', '3', '4'])(numbers);
    expect([counts[0], counts[4]]).toEqual([0, 0]);
    expectChiSquare(chiSquare(counts.slice(1, 4), uniform(3)), 'numbers');
    expectChiSquare(twoSampleChiSquare(counts, Object.values(goldenStatistics.some_of_1_3_of_4.histogram)), 'numbers');
  });

  test('takes every child as often, in the given order or in any', () => {
    const pairs = ['01', '02', '03', '12', '13', '23'];
    const given = chosen(2, 'given').map((ids) => ids.join(''));
    expectChiSquare(chiSquare(countsOf(pairs)(given), uniform(6)), 'pairs');
    const orders = [...new Set(chosen(4, 'random').map((ids) => ids.join('')))].sort();
    expect(orders).toHaveLength(24);
    const random = chosen(4, 'random').map((ids) => ids.join(''));
    expectChiSquare(chiSquare(countsOf(orders)(random), uniform(24)), 'orders');
  });
});

/**
 * What augmentations draw has the distribution that it should have: against closed forms, and against the statistics of
 * the golden set (test/fixtures/golden/stats.json). suites/statistics.ts says what the bounds are.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Pixels } from '../../../engine/augment/studio.ts';
import { Random } from '../../../engine/random.ts';
import { AugmentRunner, pipelineOf } from '../../suites/augment.ts';
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
import { testImageKernels } from '../image/load.ts';

const golden = JSON.parse(readFileSync(new URL('../../fixtures/golden/stats.json', import.meta.url), 'utf8'));
const runner = new AugmentRunner(testImageKernels());
const SIDE = 128;

function flat(level: number, channels: number, type: 'u8' | 'f32'): Pixels {
  const length = SIDE * SIDE * channels;
  const data = type === 'u8' ? new Uint8Array(length).fill(level) : new Float32Array(length).fill(level);
  return { width: SIDE, height: SIDE, channels, data };
}

/** A node on one picture, under as many seeds. */
function draws(node: Readonly<Record<string, unknown>>, image: Pixels, seeds: number): Float64Array[] {
  return Array.from({ length: seeds }, (_, seed) =>
    Float64Array.from(runner.run(pipelineOf(node), image, { seed }).image.data),
  );
}

function joined(pictures: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(pictures.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const picture of pictures) {
    all.set(picture, at);
    at += picture.length;
  }
  return all;
}

const channel = (values: Float64Array, index: number, channels: number) =>
  values.filter((_, i) => i % channels === index);

const uniform = (cells: number) => new Array<number>(cells).fill(1 / cells);

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
  const expected = golden[`gauss_noise_sigma20_per_channel_${perChannel ? 'True' : 'False'}`];
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

/** Mean and variance of 127.5 + 127.5·x, x the cosine of a uniform angle or its size. */
const grays = {
  saltAndPepper: { mean: 127.5, variance: 127.5 ** 2 / 2 },
  coarseSalt: { mean: 127.5 + 255 / Math.PI, variance: 127.5 ** 2 * (1 / 2 - (2 / Math.PI) ** 2) },
};

describe('saltAndPepper', () => {
  const amount = 0.07;
  const seeds = 40;
  const image = flat(300, 3, 'f32'); // a level that no gray has
  const pictures = draws({ type: 'saltAndPepper', amount }, image, seeds);
  const reds = joined(pictures.map((picture) => channel(picture, 0, 3)));
  const struck = reds.filter((value) => value !== 300);

  test('strikes whole pixels, each with its probability', () => {
    for (const picture of pictures) {
      const [red, green, blue] = [0, 1, 2].map((index) => channel(picture, index, 3));
      expect(green).toEqual(red);
      expect(blue).toEqual(red);
    }
    const count = reds.length;
    expectNear(struck.length / count, amount, Math.sqrt((amount * (1 - amount)) / count), 'share');
    const hits = reds.map((value) => (value === 300 ? 0 : 1));
    for (const lag of [1, 2, 4, 16, SIDE]) expectNear(lagCorrelation(hits, lag), 0, 1 / Math.sqrt(count), `lag ${lag}`);
  });

  test('leaves grays of 255·Beta(½, ½)', () => {
    const { mean: center, variance } = grays.saltAndPepper;
    expectNear(mean(struck), center, Math.sqrt(variance / struck.length), 'mean');
    // The fourth moment of a cosine is 3/8, so its square's variance is 3/8 − 1/4.
    expectNear(
      moment(struck, 2, center),
      variance,
      (127.5 ** 2 * Math.sqrt(1 / 8)) / Math.sqrt(struck.length),
      'variance',
    );
    const counts = new Array<number>(32).fill(0);
    for (const value of struck) {
      const cell = Math.min(Math.floor((Math.acos(1 - value / 127.5) / Math.PI) * 32), 31);
      counts[cell] = (counts[cell] as number) + 1;
    }
    expectChiSquare(chiSquare(counts, uniform(32)), 'angles');
  });
});

/** Columns of each cell of a grid of 12, as shares of a side. */
const CELLS = 12;
const cellOf = (index: number) => Math.floor(((index + 0.5) * CELLS) / SIDE);
const sides = Array.from({ length: CELLS }, (_, cell) => {
  const inside = Array.from({ length: SIDE }, (_pixel, index) => index).filter((index) => cellOf(index) === cell);
  return inside.length / SIDE;
});
/** Of the struck share of a picture: cells are struck on their own, each counts by its area. */
const shareDeviation = (amount: number) => {
  const squares = sides.reduce((sum, side) => sum + side ** 2, 0);
  return Math.sqrt(amount * (1 - amount)) * squares;
};

describe.each(['coarseSalt', 'coarseDropout'])('%s', (type) => {
  const amount = 0.1;
  const seeds = 300;
  const fill = type === 'coarseDropout' ? { fill: 230 } : {};
  const pictures = draws({ type, amount, size: CELLS, ...fill }, flat(40, 1, 'u8'), seeds);
  const shares = pictures.map((picture) => picture.filter((value) => value !== 40).length / picture.length);
  const expected = golden['coarse_salt_p0.1_size_percent0.1'];

  test('strikes each cell with its probability', () => {
    const spread = shareDeviation(amount);
    expectNear(mean(shares), amount, spread / Math.sqrt(seeds), 'mean share');
    // A sum of 144 strikes is about normal: its deviation is known to one part in √(2n).
    expectNear(deviation(shares), spread, spread / Math.sqrt(2 * seeds), 'deviation of the share');
    expectAsGolden(shares, expected.replaced_fraction, 'share');
  });

  test('strikes whole cells, one independent of the next', () => {
    const hits = pictures.map((picture) => {
      const cells = new Float64Array(CELLS * CELLS).fill(Number.NaN);
      picture.forEach((value, i) => {
        const cell = cellOf(Math.floor(i / SIDE)) * CELLS + cellOf(i % SIDE);
        const isStruck = value === 40 ? 0 : 1;
        if (Number.isNaN(cells[cell])) cells[cell] = isStruck;
        if (cells[cell] !== isStruck) throw new Error(`cell ${cell} is struck in part`);
      });
      return cells;
    });
    const all = joined(hits);
    for (const lag of [1, 2, 4, CELLS])
      expectNear(lagCorrelation(all, lag), 0, 1 / Math.sqrt(all.length), `lag ${lag}`);
  });
});

test('coarseDropout fills with its level and nothing else', () => {
  const [picture] = draws({ type: 'coarseDropout', amount: 0.5, size: 9, fill: 230 }, flat(40, 1, 'u8'), 1);
  expect(new Set(picture)).toEqual(new Set([40, 230]));
});

describe('coarseSalt', () => {
  const expected = golden['coarse_salt_p0.1_size_percent0.1'];
  const pictures = draws({ type: 'coarseSalt', amount: 0.1, size: CELLS }, flat(40, 1, 'u8'), 300);
  const values = joined(pictures).filter((value) => value !== 40);
  /** Sixteen cells of 128…255, as numpy's histogram has them. */
  const histogram = (of: Float64Array) => {
    const counts = new Array<number>(16).fill(0);
    for (const value of of) {
      const cell = Math.min(Math.floor(((value - 128) * 16) / 127), 15);
      counts[cell] = (counts[cell] as number) + 1;
    }
    return counts;
  };

  test('salts every pixel of a cell on its own, by 127.5 + 255·|Beta(½, ½) − ½|', () => {
    const { mean: center, variance } = grays.coarseSalt;
    const n = values.length;
    expectNear(mean(values), center, Math.sqrt(variance / n), 'mean');
    const fourth = moment(values, 4);
    // Rounding to whole levels adds a twelfth.
    expectNear(moment(values, 2), variance + 1 / 12, Math.sqrt((fourth - variance ** 2) / n), 'variance');
    for (const lag of [1, 2, 3, 4, 10, 11]) expectNear(lagCorrelation(values, lag), 0, 1 / Math.sqrt(n), `lag ${lag}`);
  });

  test('has the histogram of its closed form', () => {
    // A level v stands for v − ½ … v + ½; below x lies the share asin((x − 127.5) / 127.5)·2/π.
    const below = (x: number) => (Math.asin(Math.min((x - 127.5) / 127.5, 1)) * 2) / Math.PI;
    const shares = new Array<number>(16).fill(0);
    for (let v = 128; v <= 255; v++) {
      const cell = Math.min(Math.floor(((v - 128) * 16) / 127), 15);
      shares[cell] = (shares[cell] as number) + below(v + 0.5) - below(v - 0.5);
    }
    expectChiSquare(chiSquare(histogram(values), shares), 'levels');
  });

  test('has the values of the golden set', () => {
    const error = deviation(values) / Math.sqrt(expected.values.n);
    expectNear(mean(values), expected.values.mean, error, 'mean');
    expectNear(deviation(values), expected.values.std, error / Math.SQRT2, 'deviation');
    expectChiSquare(twoSampleChiSquare(histogram(values), expected.value_histogram_128_255_16bins), 'levels');
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
    expectChiSquare(twoSampleChiSquare(counts, Object.values(golden.some_of_1_3_of_4.histogram)), 'numbers');
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

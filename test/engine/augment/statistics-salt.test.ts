/**
 * What salt and dropout strike has the distribution that it should have: against closed forms, and against the statistics of the golden set
 * (test/fixtures/golden/stats.json). suites/statistics.ts says what the bounds are.
 */
import { describe, expect, test } from 'vitest';
import { channel, draws, flat, goldenStatistics, joined, SIDE, uniform } from '../../suites/draws.ts';
import {
  chiSquare,
  deviation,
  expectAsGolden,
  expectChiSquare,
  expectNear,
  lagCorrelation,
  mean,
  moment,
  twoSampleChiSquare,
} from '../../suites/statistics.ts';

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
  const expected = goldenStatistics['coarse_salt_p0.1_size_percent0.1'];

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
  const expected = goldenStatistics['coarse_salt_p0.1_size_percent0.1'];
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

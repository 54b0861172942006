/** Pooling, sums, conversions, tables and copies of u8, in every build, against plain arithmetic. */
import { describe, expect, test } from 'vitest';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { LayerRunner } from '../../suites/run-layer.ts';
import { Draw, level, scaled } from './reference.ts';

const { fround } = Math;
const lengths = [1, 2, 7, 8, 9, 15, 16, 17, 31, 64, 100];
const zeroPoints = [0, 1, 128, 255];

/** Windows of `size` every `stride` over `length` pixels behind `before` of padding: first, visible, counted. */
function places(length: number, size: number, stride: number, before: number): readonly (readonly number[])[] {
  const windows: number[][] = [];
  for (let start = -before; start + size <= length + before; start += stride) {
    const first = Math.max(start, 0);
    windows.push([first, Math.min(start + size, length) - first, size]);
  }
  return windows;
}

interface Pooling {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly rows: readonly (readonly number[])[];
  readonly columns: readonly (readonly number[])[];
}

/** Calls `visit` with the values of x under each window, for every channel, in the order of y. */
function pooled(
  { n, h, w, c, rows, columns }: Pooling,
  x: Uint8Array,
  visit: (values: readonly number[], counted: number) => number,
): number[] {
  const y: number[] = [];
  for (let image = 0; image < n; image++) {
    for (const [top, height, countedRows] of rows as [number, number, number][]) {
      for (const [left, width, countedColumns] of columns as [number, number, number][]) {
        for (let channel = 0; channel < c; channel++) {
          const values = Array.from({ length: height * width }, (_, i) => {
            const [iy, ix] = [top + Math.floor(i / width), left + (i % width)];
            return x[((image * h + iy) * w + ix) * c + channel] as number;
          });
          y.push(visit(values, countedRows * countedColumns));
        }
      }
    }
  }
  return y;
}

const poolings: readonly (readonly [string, Pooling])[] = [
  ['3×3 by two', { n: 2, h: 9, w: 7, c: 19, rows: places(9, 3, 2, 1), columns: places(7, 3, 2, 1) }],
  ['2×2', { n: 1, h: 4, w: 6, c: 8, rows: places(4, 2, 2, 0), columns: places(6, 2, 2, 0) }],
  ['the whole image', { n: 2, h: 7, w: 5, c: 21, rows: [[0, 7, 7]], columns: [[0, 5, 5]] }],
  // more taps than 16 bits would hold the sum of
  ['a large image', { n: 1, h: 20, w: 20, c: 5, rows: [[0, 20, 20]], columns: [[0, 20, 20]] }],
];

describe.each(trainingBuilds)('$label', ({ source }) => {
  const runner = new LayerRunner(source);

  describe.each(poolings)('pooling: %s', (_, p) => {
    const x = new Draw(4).levels(p.n * p.h * p.w * p.c);
    const table = Int32Array.from([...p.rows, ...p.columns].flat());
    const run = (...tail: readonly number[]) => {
      const y = new Uint8Array(p.n * p.rows.length * p.columns.length * p.c);
      runner.call('pool2dU8', x, p.n, p.h, p.w, p.c, p.rows.length, p.columns.length, 1, 1, table, y, ...tail);
      return [...y];
    };

    test('the largest', () => {
      expect(run(1, 9, 1, 9)).toEqual(pooled(p, x, (values) => Math.max(...values)));
    });

    test.each(zeroPoints)('the mean, zero point %i', (xZero) => {
      for (const [scale, zero] of [
        [1, xZero],
        [0.7, 128],
        [1.9, 3],
      ] as const) {
        const mean = (values: readonly number[], counted: number) => {
          const sum = values.reduce((total, value) => total + value - xZero, 0);
          return level(scaled(sum, fround(fround(scale) / counted)), zero);
        };
        expect(run(0, xZero, scale, zero)).toEqual(pooled(p, x, mean));
      }
    });
  });

  test('pooling: dilated windows', () => {
    const x = new Draw(5).levels(5 * 6 * 9);
    const table = Int32Array.from([0, 2, 2, 1, 2, 2, 0, 2, 2, 2, 2, 2]); // rows at 0 and 1, columns at 0 and 2
    const y = new Uint8Array(2 * 2 * 9);
    runner.call('pool2dU8', x, 1, 5, 6, 9, 2, 2, 3, 2, table, y, 1, 0, 1, 0);
    const at = (iy: number, ix: number, c: number) => x[(iy * 6 + ix) * 9 + c] as number;
    const expected = [0, 1].flatMap((oy) =>
      [0, 2].flatMap((ox) =>
        Array.from({ length: 9 }, (_, c) =>
          Math.max(at(oy, ox, c), at(oy, ox + 2, c), at(oy + 3, ox, c), at(oy + 3, ox + 2, c)),
        ),
      ),
    );
    expect([...y]).toEqual(expected);
  });

  test('pooling: a window that sees nothing', () => {
    const table = Int32Array.of(0, 0, 4, 0, 2, 2);
    for (const [isMax, answer] of [
      [1, 0],
      [0, 55],
    ] as const) {
      const y = new Uint8Array(3).fill(9);
      runner.call('pool2dU8', new Uint8Array(4 * 4 * 3), 1, 4, 4, 3, 1, 1, 1, 1, table, y, isMax, 20, 1, 55);
      expect([...y]).toEqual([answer, answer, answer]);
    }
  });

  test.each(lengths)('sum of %i levels of two scales', (n) => {
    for (const aZero of zeroPoints) {
      const draw = new Draw(n);
      const [a, b] = [draw.levels(n), draw.levels(n)];
      const [aScale, bScale, bZero, zero, lo, hi] = [0.83, 0.41, 255 - aZero, 117, 20, 240];
      const expected = Array.from(a, (value, i) => {
        const x = fround(scaled(value - aZero, aScale) + scaled((b[i] as number) - bZero, bScale));
        return level(x, zero, lo, hi);
      });
      const y = new Uint8Array(n);
      runner.call('addU8', a, aZero, aScale, b, bZero, bScale, y, n, zero, lo, hi);
      expect([...y]).toEqual(expected);
      runner.call('addU8', a, aZero, aScale, b, bZero, bScale, b, n, zero, lo, hi);
      expect([...b]).toEqual(expected);
    }
  });

  test.each(lengths)('products of %i levels: each with each, a gate for each channel, one for each pixel', (n) => {
    const pixels = 5;
    for (const aZero of zeroPoints) {
      const draw = new Draw(n);
      const [a, b] = [draw.levels(2 * pixels * n), draw.levels(2 * pixels * n)];
      const [scale, bZero, zero, lo, hi] = [0.0171, 255 - aZero, 117, 20, 240];
      const gates = [
        { loops: [1, 1, 1, 1, 1, 2 * pixels * n], axes: [1, 1], at: (i: number) => i },
        { loops: [1, 1, 1, 2, pixels, n], axes: [7, 5], at: (i: number) => Math.floor(i / (pixels * n)) * n + (i % n) },
        { loops: [1, 1, 1, 1, 2 * pixels, n], axes: [3, 2], at: (i: number) => Math.floor(i / n) },
      ] as const;
      for (const { loops, axes, at } of gates) {
        const expected = Array.from(a, (value, i) =>
          level(scaled((value - aZero) * ((b[at(i)] as number) - bZero), scale), zero, lo, hi),
        );
        const y = new Uint8Array(a.length);
        runner.call('mulU8', a, aZero, b, bZero, y, ...loops, ...axes, scale, zero, lo, hi);
        expect([...y]).toEqual(expected);
        runner.call('mulU8', b, bZero, a, aZero, y.fill(0), ...loops, axes[1], axes[0], scale, zero, lo, hi);
        expect([...y]).toEqual(expected);
      }
    }
  });

  test.each(lengths)('%i numbers to levels and back', (n) => {
    const draw = new Draw(n);
    for (const zero of zeroPoints) {
      const x = Float32Array.from({ length: n }, () => 8 * (draw.random.float() - 0.5));
      const y = new Uint8Array(n);
      runner.call('quantize', x, y, n, 31.7, zero);
      expect([...y]).toEqual([...x].map((value) => level(fround(value * fround(31.7)), zero)));
      const back = new Float32Array(n);
      runner.call('dequantize', y, back, n, 0.0315, zero);
      expect([...back]).toEqual([...y].map((value) => scaled(value - zero, 0.0315)));
    }
  });

  test('numbers that no level is near', () => {
    const x = Float32Array.of(Infinity, -Infinity, Number.NaN, 3e38, -3e38, 1e7, -1e7, 2 ** 23, -(2 ** 23), -0);
    const y = new Uint8Array(10);
    runner.call('quantize', x, y, 10, 1, 100);
    expect([...y]).toEqual([255, 0, 0, 255, 0, 255, 0, 255, 0, 100]);
    const halves = Float32Array.of(-1.5, -0.5, 0.5, 1.5, 2.5);
    runner.call('quantize', halves, y, 5, 1, 101);
    expect([...y.subarray(0, 5)]).toEqual([99, 101, 101, 103, 103]);
  });

  test('a table of levels, rows apart', () => {
    const draw = new Draw(6);
    const table = draw.levels(256);
    for (const length of [1, 3, 4, 13]) {
      const [x, y] = [draw.levels(4 * 17 + length), new Uint8Array(4 * 20 + length).fill(7)];
      runner.call('lookupU8', x, 17, y, 20, 5, length, table);
      const expected = Array.from(y, (_, i) =>
        i % 20 < length ? (table[x[Math.floor(i / 20) * 17 + (i % 20)] as number] as number) : 7,
      );
      expect([...y]).toEqual(expected);
      const before = [...x];
      runner.call('lookupU8', x, 0, x, 0, 1, x.length, table);
      expect([...x]).toEqual(before.map((value) => table[value]));
    }
  });

  test.each([1, 3, 4, 8, 20, 33])('nearest neighbours of %i channels', (c) => {
    const [h, w] = [3, 4];
    const x = new Draw(c).levels(2 * h * w * c);
    const rows = Int32Array.of(0, 0, 1, 2, 2);
    const columns = Int32Array.of(3, 0, 1, 1, 2, 3, 3);
    const wide = new Uint8Array(2 * h * columns.length * c);
    runner.call('gatherAxis', x, wide, 2 * h, w, columns.length, c, columns);
    const y = new Uint8Array(2 * rows.length * columns.length * c);
    runner.call('gatherAxis', wide, y, 2, h, rows.length, columns.length * c, rows);
    const expected = [0, 1].flatMap((image) =>
      [...rows].flatMap((iy) =>
        [...columns].flatMap((ix) => [...x.subarray(((image * h + iy) * w + ix) * c).subarray(0, c)]),
      ),
    );
    expect([...y]).toEqual(expected);
  });
});

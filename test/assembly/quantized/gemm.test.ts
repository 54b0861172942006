/** The int8 GEMM on every path against sums of plain numbers. */
import { describe, expect, test } from 'vitest';
import { panelBytes, stagedBytes } from '../../../engine/quantization/sizes.ts';
import { type QuantizedBuild, quantizedBuilds } from './builds.ts';
import { Draw, level, requantisation, scaled, unsaturated } from './reference.ts';

interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly a: Uint8Array;
  readonly aStride: number;
  readonly w: Int8Array;
  readonly bias?: Int32Array;
  readonly multipliers: Float32Array;
  readonly xZero: number;
  readonly zero: number;
  readonly lo: number;
  readonly hi: number;
  /** Values between two rows' first of y, and of the residual. */
  readonly yStride: number;
  readonly blockRows: number;
  readonly residual?: { readonly data: Uint8Array; readonly scale: number; readonly zero: number };
}

/** A product with sensible scales; `over` replaces any part of it. */
function product(seed: number, m: number, k: number, n: number, over: Partial<Product> = {}): Product {
  const draw = new Draw(seed);
  const xZero = over.xZero ?? draw.pick([0, 255, 128, draw.integer(0, 255)]);
  const zero = over.zero ?? draw.pick([0, 255, 128, draw.integer(0, 255)]);
  const { m: multipliers, bias } = requantisation(draw, k, xZero, zero, n);
  const aStride = over.aStride ?? k;
  const a = draw.levels((m - 1) * aStride + k);
  const w = draw.weights(k * n);
  const blockRows = draw.integer(1, m + 2);
  const rest = { lo: 0, hi: 255, yStride: n, blockRows, aStride };
  return { m, k, n, a, w, bias, multipliers, xZero, zero, ...rest, ...over };
}

/** Σ (a − zero)·w + bias, row by row. */
function sums({ m, k, n, a, aStride, w, bias, xZero }: Product): Float64Array {
  const y = new Float64Array(m * n);
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      let sum = bias?.[column] ?? 0;
      for (let i = 0; i < k; i++) sum += ((a[row * aStride + i] as number) - xZero) * (w[i * n + column] as number);
      y[row * n + column] = sum;
    }
  }
  return y;
}

const filler = 7;

function expected(p: Product): Uint8Array {
  const y = new Uint8Array((p.m - 1) * p.yStride + p.n).fill(filler);
  sums(p).forEach((sum, i) => {
    const [row, column] = [Math.floor(i / p.n), i % p.n];
    const at = row * p.yStride + column;
    let x = scaled(sum, p.multipliers[column] as number);
    if (p.residual) {
      const { data, scale, zero } = p.residual;
      x = Math.fround(x + scaled((data[at] as number) - zero, scale));
    }
    y[at] = level(x, p.zero, p.lo, p.hi);
  });
  return y;
}

/** Packs, multiplies, and leaves the result in y. `isFloat`: y is f32. */
function run({ path, runner }: QuantizedBuild, p: Product, y: Uint8Array | Float32Array): void {
  const panels = new Uint8Array(panelBytes(path, p.k, p.n));
  runner.call('packPanelsI8', path, p.w, p.n, p.bias ?? 0, p.multipliers, p.xZero, p.k, p.n, panels);
  const isFloat = y instanceof Float32Array;
  const { data = 0, scale = 0, zero = 0 } = p.residual ?? {};
  runner.call(
    'gemmU8',
    ...[path, p.a, p.aStride, panels, y, p.yStride * y.BYTES_PER_ELEMENT, p.m, p.k, p.n],
    ...[isFloat ? 1 : 0, p.zero, p.lo, p.hi, data, scale, zero],
    ...[path === 1 ? 0 : new Uint8Array(stagedBytes(path, Math.min(p.blockRows, p.m), p.k)), p.blockRows],
  );
}

function levels(build: QuantizedBuild, p: Product): Uint8Array {
  const y = new Uint8Array((p.m - 1) * p.yStride + p.n).fill(filler);
  run(build, p, y);
  return y;
}

describe.each(quantizedBuilds)('$label', (build) => {
  test('every number of rows', () => {
    for (let m = 1; m <= 27; m++) {
      const p = product(m, m, 37, 19);
      expect(levels(build, p), `${m} rows in blocks of ${p.blockRows}`).toEqual(expected(p));
    }
  });

  test('every K, most outputs within the limits', () => {
    const depths = [...Array.from({ length: 66 }, (_, i) => i + 1), 96, 144, 255, 576, 1280, 4608];
    let inside = 0;
    for (const k of depths) {
      const p = product(k, 7, k, 10);
      const y = expected(p);
      inside += unsaturated(y) / depths.length;
      expect(levels(build, p), `K = ${k}`).toEqual(y);
    }
    expect(inside).toBeGreaterThan(0.95);
  });

  test('every number of columns', () => {
    for (let n = 1; n <= 25; n++) {
      const p = product(100 + n, 11, 24, n);
      expect(levels(build, p), `${n} columns`).toEqual(expected(p));
    }
  });

  test.each([0, 1, 128, 255])('largest products, zero point %i', (xZero) => {
    const [m, k, n] = [13, 45, 9];
    for (const x of [0, 255]) {
      const w = Int8Array.from({ length: k * n }, (_, i) => ((i % n) % 2 === 0 ? 127 : -127));
      const p = product(3, m, k, n, { xZero, w, a: new Uint8Array(m * k).fill(x) });
      const sensible = { ...p, multipliers: p.multipliers.map((each) => each / 4) };
      expect(levels(build, sensible)).toEqual(expected(sensible));
    }
  });

  test('the longest sum that i32 holds', () => {
    const k = 32_768;
    const a = new Uint8Array(5 * k)
      .fill(255)
      .fill(254, k + 5, 2 * k)
      .fill(0, 3 * k);
    const w = Int8Array.from({ length: 3 * k }, (_, i) => [127, -127, i % 2 === 0 ? 127 : -127][i % 3] as number);
    const bias = Int32Array.of(2 ** 30, -(2 ** 30), 12_345);
    const multipliers = new Float32Array(3).fill(100 / 2 ** 31);
    const p = product(1, 5, k, 3, { a, w, bias, multipliers, xZero: 0, zero: 128 });
    const y = expected(p);
    expect(Math.max(...sums(p))).toBeGreaterThan(2_134_000_000);
    expect(unsaturated(y)).toBe(1);
    expect(levels(build, p)).toEqual(y);
  });

  test('halves go to the even integer, then the zero point is added', () => {
    const a = Uint8Array.from({ length: 256 }, (_, i) => i);
    const plain = { a, w: Int8Array.of(1), bias: Int32Array.of(-100), multipliers: Float32Array.of(0.5) };
    const p = product(1, 256, 1, 1, { ...plain, xZero: 0, zero: 101 });
    expect([...levels(build, p).subarray(95, 107)]).toEqual([99, 99, 99, 100, 101, 101, 101, 102, 103, 103, 103, 104]);
    expect(levels(build, p)).toEqual(expected(p));
  });

  test('clamps', () => {
    const p = product(5, 20, 33, 16, { lo: 90, hi: 160 });
    const y = levels(build, p);
    expect(y).toEqual(expected(p));
    expect([Math.min(...y), Math.max(...y)]).toEqual([90, 160]);
  });

  test('rows apart from each other, no bias', () => {
    for (const m of [3, 10]) {
      const strided = product(8, m, 21, 11, { aStride: 29, yStride: 17, zero: 128 });
      const { bias, ...p } = strided;
      expect(bias).toBeDefined();
      expect(levels(build, p)).toEqual(expected(p));
    }
  });

  test.each([1, 2, 5, 6, 9, 23])('a residual of its own scale, %i rows', (m) => {
    for (const n of [8, 21]) {
      const draw = new Draw(m * n);
      const residual = { data: draw.levels(m * n), scale: 0.37, zero: draw.pick([0, 128, 255]) };
      const p = product(m, m, 29, n, { residual });
      expect(levels(build, p)).toEqual(expected(p));
      // and in place, where tiles that overlap must not read what they have written
      const y = residual.data.slice();
      run(build, { ...p, residual: { ...residual, data: y } }, y);
      expect(y).toEqual(expected(p));
    }
  });

  // few rows take four panels of eight columns at a time, others eight, or fewer where K is large
  test.each([1, 3, 8, 14])('more columns than a group of panels has, %i rows', (m) => {
    for (const [k, n] of [
      [20, 64],
      [20, 139],
      [600, 45],
    ] as const) {
      const p = product(m * n, m, k, n);
      expect(levels(build, p), `K = ${k}, ${n} columns`).toEqual(expected(p));
      const y = new Draw(m + n).levels(m * n);
      const q = { ...p, residual: { data: y.slice(), scale: 0.6, zero: 128 } };
      run(build, { ...q, residual: { ...q.residual, data: y } }, y);
      expect(y, `K = ${k}, ${n} columns, a residual in place`).toEqual(expected(q));
    }
  });

  test('f32 as output', () => {
    for (const [m, n] of [
      [1, 10],
      [6, 16],
      [14, 13],
    ] as const) {
      const p = product(m, m, 50, n, { yStride: n });
      const y = new Float32Array(m * n);
      run(build, p, y);
      expect([...y]).toEqual([...sums(p)].map((sum, i) => scaled(sum, p.multipliers[i % n] as number)));
    }
  });

  test('random shapes', () => {
    const draw = new Draw(77);
    for (let seed = 1000; seed < 1060; seed++) {
      const [m, k, n] = [draw.integer(1, 70), draw.integer(1, 300), draw.integer(1, 40)];
      const p = product(seed, m, k, n);
      expect(levels(build, p), `${m} × ${k} × ${n} in blocks of ${p.blockRows}`).toEqual(expected(p));
    }
  });
});

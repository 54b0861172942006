/**
 * The gradient of a GEMM's weights: d[K,N] (+)= aᵀ·b for a [M,K] and b [M,N], without transposing a: a tile of 6 × 8
 * results stays in registers while the loop walks down M.
 */
import { Columns } from '../columns';
import { Gemm } from '../gemm';
import { Simd } from '../simd';

/** Where a tile beyond the last full eight columns is put before its columns are copied. */
const tailTile = memory.data(6 * 32, 16);

export class TransposedGemm {
  /**
   * d[0..rows, 0..8) (+)= Σm a[m, 0..rows)·b[m, 0..8); aStride, bStride, dStride: bytes between rows; `rows` is a
   * literal 1…6. b is read eight columns wide even where fewer are real: callers keep 32 readable bytes behind it.
   */
  @inline
  static tile(
    rows: i32,
    a: usize,
    aStride: usize,
    b: usize,
    bStride: usize,
    bEnd: usize,
    d: usize,
    dStride: usize,
    accumulate: bool,
  ): void {
    let p0 = Simd.zero();
    let q0 = p0;
    let p1 = p0;
    let q1 = p0;
    let p2 = p0;
    let q2 = p0;
    let p3 = p0;
    let q3 = p0;
    let p4 = p0;
    let q4 = p0;
    let p5 = p0;
    let q5 = p0;
    do {
      const bp = v128.load(b);
      const bq = v128.load(b, 16);
      let s = v128.load32_splat(a);
      p0 = Simd.madd(s, bp, p0);
      q0 = Simd.madd(s, bq, q0);
      if (rows > 1) {
        s = v128.load32_splat(a, 4);
        p1 = Simd.madd(s, bp, p1);
        q1 = Simd.madd(s, bq, q1);
      }
      if (rows > 2) {
        s = v128.load32_splat(a, 8);
        p2 = Simd.madd(s, bp, p2);
        q2 = Simd.madd(s, bq, q2);
      }
      if (rows > 3) {
        s = v128.load32_splat(a, 12);
        p3 = Simd.madd(s, bp, p3);
        q3 = Simd.madd(s, bq, q3);
      }
      if (rows > 4) {
        s = v128.load32_splat(a, 16);
        p4 = Simd.madd(s, bp, p4);
        q4 = Simd.madd(s, bq, q4);
      }
      if (rows > 5) {
        s = v128.load32_splat(a, 20);
        p5 = Simd.madd(s, bp, p5);
        q5 = Simd.madd(s, bq, q5);
      }
      a += aStride;
      b += bStride;
    } while (b != bEnd);
    TransposedGemm.put(d, p0, q0, accumulate);
    if (rows > 1) TransposedGemm.put(d + 1 * dStride, p1, q1, accumulate);
    if (rows > 2) TransposedGemm.put(d + 2 * dStride, p2, q2, accumulate);
    if (rows > 3) TransposedGemm.put(d + 3 * dStride, p3, q3, accumulate);
    if (rows > 4) TransposedGemm.put(d + 4 * dStride, p4, q4, accumulate);
    if (rows > 5) TransposedGemm.put(d + 5 * dStride, p5, q5, accumulate);
  }

  @inline
  static put(d: usize, p: v128, q: v128, accumulate: bool): void {
    if (accumulate) {
      p = f32x4.add(p, v128.load(d));
      q = f32x4.add(q, v128.load(d, 16));
    }
    v128.store(d, p);
    v128.store(d, q, 16);
  }

  static tileOf(
    rows: i32,
    a: usize,
    aStride: usize,
    b: usize,
    bStride: usize,
    bEnd: usize,
    d: usize,
    dStride: usize,
    accumulate: bool,
  ): void {
    if (rows == 6) TransposedGemm.tile(6, a, aStride, b, bStride, bEnd, d, dStride, accumulate);
    else if (rows == 5) TransposedGemm.tile(5, a, aStride, b, bStride, bEnd, d, dStride, accumulate);
    else if (rows == 4) TransposedGemm.tile(4, a, aStride, b, bStride, bEnd, d, dStride, accumulate);
    else if (rows == 3) TransposedGemm.tile(3, a, aStride, b, bStride, bEnd, d, dStride, accumulate);
    else if (rows == 2) TransposedGemm.tile(2, a, aStride, b, bStride, bEnd, d, dStride, accumulate);
    else TransposedGemm.tile(1, a, aStride, b, bStride, bEnd, d, dStride, accumulate);
  }

  /** d[K,N] (+)= aᵀ·b over m rows. */
  static rows(
    a: usize,
    aStride: usize,
    b: usize,
    bStride: usize,
    d: usize,
    dStride: usize,
    m: i32,
    k: i32,
    n: i32,
    rowsPerTile: i32,
    accumulate: bool,
  ): void {
    for (let row = 0; row < k; ) {
      const rows = Gemm.balancedRows(k - row, rowsPerTile);
      const aColumn = a + ((<usize>row) << 2);
      const dRow = d + <usize>row * dStride;
      for (let column = 0; column < n; column += 8) {
        const bColumn = b + ((<usize>column) << 2);
        const bEnd = bColumn + <usize>m * bStride;
        const target = dRow + ((<usize>column) << 2);
        if (column + 8 <= n) {
          TransposedGemm.tileOf(rows, aColumn, aStride, bColumn, bStride, bEnd, target, dStride, accumulate);
        } else {
          TransposedGemm.tileOf(rows, aColumn, aStride, bColumn, bStride, bEnd, tailTile, 32, false);
          TransposedGemm.copyTail(target, dStride, rows, n - column, accumulate);
        }
      }
      row += rows;
    }
  }

  static copyTail(d: usize, dStride: usize, rows: i32, columns: i32, accumulate: bool): void {
    for (let row = 0; row < rows; row++, d += dStride) {
      const tile = tailTile + ((<usize>row) << 5);
      for (let i: usize = 0; i < (<usize>columns) << 2; i += 4) {
        const value = load<f32>(tile + i);
        store<f32>(d + i, accumulate ? load<f32>(d + i) + value : value);
      }
    }
  }
}

/** d[K,N] = a[M,K]ᵀ·b[M,N]; aStride, bStride, dStride: bytes between rows; written, not added to. */
export function gemmTransposed(
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  d: usize,
  dStride: usize,
  m: i32,
  k: i32,
  n: i32,
  rowsPerTile: i32,
): void {
  TransposedGemm.rows(a, aStride, b, bStride, d, dStride, m, k, n, rowsPerTile, false);
}

/** sums[N] = Σm x[m, n]; stride: bytes between rows. The gradient of a bias. */
export function columnSums(x: usize, stride: usize, m: i32, n: i32, sums: usize): void {
  for (let column = 0; column < n; column += 4) {
    const offset = (<usize>column) << 2;
    Simd.store(sums + offset, Columns.sum(x + offset, stride, m), min(4, n - column));
  }
}

/** Sums down the columns of a matrix, four columns at a time: per-channel statistics, means and bias gradients. */
import { Simd } from './simd';

/**
 * Four rows at a time go into four sums, which are added pairwise at the end: a chain of dependent additions would take
 * four cycles a row, and rounding errors grow with the length of a chain.
 *   p: the column's first row · stride: bytes between rows · reads 16 bytes of each row, also where fewer are real
 */
export class Columns {
  /** Σ x */
  @inline
  static sum(p: usize, stride: usize, rows: i32): v128 {
    let s0 = Simd.zero();
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let row = 0;
    for (; row + 4 <= rows; row += 4) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p + stride));
      s2 = f32x4.add(s2, v128.load(p + 2 * stride));
      s3 = f32x4.add(s3, v128.load(p + 3 * stride));
      p += 4 * stride;
    }
    for (; row < rows; row++, p += stride) s0 = f32x4.add(s0, v128.load(p));
    return f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  }

  /** Σ (x − mean)·z, where q walks over z as p over x; `isSquare`: z is x − mean itself. */
  @inline
  static centredProducts(isSquare: bool, p: usize, q: usize, mean: v128, stride: usize, rows: i32): v128 {
    let s0 = Simd.zero();
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let row = 0;
    for (; row + 4 <= rows; row += 4) {
      s0 = Columns.addProduct(isSquare, s0, p, q, mean);
      s1 = Columns.addProduct(isSquare, s1, p + stride, q + stride, mean);
      s2 = Columns.addProduct(isSquare, s2, p + 2 * stride, q + 2 * stride, mean);
      s3 = Columns.addProduct(isSquare, s3, p + 3 * stride, q + 3 * stride, mean);
      p += 4 * stride;
      q += 4 * stride;
    }
    for (; row < rows; row++, p += stride, q += stride) s0 = Columns.addProduct(isSquare, s0, p, q, mean);
    return f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  }

  @inline
  static addProduct(isSquare: bool, sum: v128, p: usize, q: usize, mean: v128): v128 {
    const centred = f32x4.sub(v128.load(p), mean);
    return Simd.madd(centred, isSquare ? centred : v128.load(q), sum);
  }
}

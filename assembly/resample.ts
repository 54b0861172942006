/** Resampling along one axis: every slice of y is a weighted sum of a few slices of x. */
import { Simd } from './simd';

class Resample {
  /** offset + Σ weight·x[index], `vectors` (1 or 4) side by side; stores the first `lanes` of a single one. */
  @inline
  static reduce(
    x: usize,
    y: usize,
    innerBytes: usize,
    index: usize,
    indexEnd: usize,
    weight: usize,
    offset: v128,
    vectors: i32,
    lanes: i32,
  ): void {
    let s0 = offset;
    let s1 = offset;
    let s2 = offset;
    let s3 = offset;
    for (; index != indexEnd; index += 4, weight += 4) {
      const i = load<i32>(index);
      if (i < 0) break;
      const w = v128.load32_splat(weight);
      const p = x + <usize>i * innerBytes;
      s0 = Simd.madd(w, v128.load(p), s0);
      if (vectors == 4) {
        s1 = Simd.madd(w, v128.load(p, 16), s1);
        s2 = Simd.madd(w, v128.load(p, 32), s2);
        s3 = Simd.madd(w, v128.load(p, 48), s3);
      }
    }
    Simd.store(y, s0, lanes);
    if (vectors == 4) {
      v128.store(y, s1, 16);
      v128.store(y, s2, 32);
      v128.store(y, s3, 48);
    }
  }
}

/**
 * y[o,i,:] = offsets[i] + Σ_t weights[i,t]·x[o,indices[i,t],:] for x [outer, lengthIn, inner], y [outer, lengthOut, inner].
 *   indices [lengthOut, taps] i32 in 0…lengthIn − 1, where −1 ends a list; weights [lengthOut, taps]; offsets [lengthOut]
 * Reads up to 12 bytes beyond the end of x.
 */
export function resampleAxis(
  x: usize,
  y: usize,
  outer: i32,
  lengthIn: i32,
  lengthOut: i32,
  inner: i32,
  taps: i32,
  indices: usize,
  weights: usize,
  offsets: usize,
): void {
  const innerBytes = (<usize>inner) << 2;
  const tapBytes = (<usize>taps) << 2;
  for (let o = 0; o < outer; o++, x += <usize>lengthIn * innerBytes) {
    let index = indices;
    let weight = weights;
    for (let i: usize = 0; i < (<usize>lengthOut) << 2; i += 4, y += innerBytes) {
      const offset = v128.load32_splat(offsets + i);
      const indexEnd = index + tapBytes;
      let j: usize = 0;
      for (; j + 64 <= innerBytes; j += 64) {
        Resample.reduce(x + j, y + j, innerBytes, index, indexEnd, weight, offset, 4, 4);
      }
      for (; j + 16 <= innerBytes; j += 16) {
        Resample.reduce(x + j, y + j, innerBytes, index, indexEnd, weight, offset, 1, 4);
      }
      if (j < innerBytes) {
        const lanes = <i32>((innerBytes - j) >> 2);
        Resample.reduce(x + j, y + j, innerBytes, index, indexEnd, weight, offset, 1, lanes);
      }
      index = indexEnd;
      weight += tapBytes;
    }
  }
}

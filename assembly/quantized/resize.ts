/** Images of u8 made larger or smaller by weighted means of their pixels; nearest neighbours are gather.ts's. */
import { Output } from './output';

/** How an axis of y is made of one of x: for each element `taps` indices, where −1 ends a list, and as many weights. */
@unmanaged
class Axis {
  taps: i32;
  indices: usize;
  weights: usize;

  @inline
  set(taps: i32, indices: usize, weights: usize): void {
    this.taps = taps;
    this.indices = indices;
    this.weights = weights;
  }
}

const rows = changetype<Axis>(memory.data(offsetof<Axis>(), 16));
const columns = changetype<Axis>(memory.data(offsetof<Axis>(), 16));

class Mean {
  /** target [length] of f32 = Σ weight·(row of x − zero), the taps of output row `oy`; up to 60 bytes more are written. */
  @inline
  static ofRows(x: usize, oy: i32, length: i32, zero: v128, target: usize): void {
    const first = (<usize>(oy * rows.taps)) << 2;
    const end = rows.indices + first + ((<usize>rows.taps) << 2);
    for (let i = 0; i < length; i += 16, target += 64) {
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let weight = rows.weights + first;
      for (let index = rows.indices + first; index != end; index += 4, weight += 4) {
        const row = load<i32>(index);
        if (row < 0) break;
        const w = v128.load32_splat(weight);
        const v = v128.load(x + row * length + i);
        const low = i16x8.sub(i16x8.extend_low_i8x16_u(v), zero);
        const high = i16x8.sub(i16x8.extend_high_i8x16_u(v), zero);
        s0 = f32x4.add(s0, f32x4.mul(w, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(low))));
        s1 = f32x4.add(s1, f32x4.mul(w, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(low))));
        s2 = f32x4.add(s2, f32x4.mul(w, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(high))));
        s3 = f32x4.add(s3, f32x4.mul(w, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(high))));
      }
      v128.store(target, s0);
      v128.store(target, s1, 16);
      v128.store(target, s2, 32);
      v128.store(target, s3, 48);
    }
  }

  /** y [ow,c] = levels of Σ weight·(pixel of x [w,c], f32)·scale; reads up to 28 bytes beyond x, writes nothing behind end. */
  @inline
  static ofColumns(x: usize, c: i32, y: usize, ow: i32, end: usize, scale: v128): void {
    const magic = Output.magic();
    const base = Output.base();
    const tapBytes = (<usize>columns.taps) << 2;
    let index = columns.indices;
    let weight = columns.weights;
    for (let ox = 0; ox < ow; ox++, index += tapBytes, weight += tapBytes, y += c) {
      let i = 0;
      for (; i + 16 <= c; i += 16)
        Mean.ofPixels(x + (i << 2), c, index, weight, y + i, 16, scale, magic, base, tapBytes, true);
      // What is too much at the end of a pixel, the next one writes over.
      for (; i < c; i += 8)
        Mean.ofPixels(x + (i << 2), c, index, weight, y + i, <i32>(end - y) - i, scale, magic, base, tapBytes, false);
    }
  }

  /** Sixteen or eight channels of one pixel, of which the first `left` are stored. */
  @inline
  static ofPixels(
    x: usize,
    c: i32,
    index: usize,
    weight: usize,
    y: usize,
    left: i32,
    scale: v128,
    magic: v128,
    base: v128,
    tapBytes: usize,
    isSixteen: bool,
  ): void {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (const tapsEnd = index + tapBytes; index != tapsEnd; index += 4, weight += 4) {
      const column = load<i32>(index);
      if (column < 0) break;
      const w = v128.load32_splat(weight);
      const p = x + ((column * c) << 2);
      s0 = f32x4.add(s0, f32x4.mul(w, v128.load(p)));
      s1 = f32x4.add(s1, f32x4.mul(w, v128.load(p, 16)));
      if (isSixteen) {
        s2 = f32x4.add(s2, f32x4.mul(w, v128.load(p, 32)));
        s3 = f32x4.add(s3, f32x4.mul(w, v128.load(p, 48)));
      }
    }
    const low = i16x8.narrow_i32x4_s(
      Output.level(f32x4.mul(s0, scale), magic, base),
      Output.level(f32x4.mul(s1, scale), magic, base),
    );
    if (isSixteen) {
      const high = i16x8.narrow_i32x4_s(
        Output.level(f32x4.mul(s2, scale), magic, base),
        Output.level(f32x4.mul(s3, scale), magic, base),
      );
      v128.store(y, Output.clamp(low, high));
    } else {
      Output.storeEight(y, low, left);
    }
  }
}

/**
 * x [N,H,W,C] → y [N,OH,OW,C], x − xZero in f32:
 *   row[oy] = Σ_t rowWeights[oy,t]·x[rowIndices[oy,t]], then y = round(scale·Σ_t columnWeights[ox,t]·row[columnIndices[ox,t]]) + zero
 * each sum from 0 on in the order of its list, every product and every sum rounded to f32, none fused; scale as a multiple
 * of y's, 255·scale·Σ|row weights|·Σ|column weights| < 2²². indices [length of y's axis, taps] i32, where −1 ends a list.
 * scratch: 4·W·C + 64 bytes. Reads up to 15 bytes beyond the end of x.
 */
export function resizeU8(
  x: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  xZero: i32,
  y: usize,
  oh: i32,
  ow: i32,
  rowTaps: i32,
  rowIndices: usize,
  rowWeights: usize,
  columnTaps: i32,
  columnIndices: usize,
  columnWeights: usize,
  scale: f32,
  zero: i32,
  scratch: usize,
): void {
  Output.set(zero, 0, 255);
  rows.set(rowTaps, rowIndices, rowWeights);
  columns.set(columnTaps, columnIndices, columnWeights);
  const vZero = i16x8.splat(<i16>xZero);
  const vScale = f32x4.splat(scale);
  const end = y + n * oh * ow * c;
  for (; n > 0; n--, x += h * w * c) {
    for (let oy = 0; oy < oh; oy++, y += ow * c) {
      Mean.ofRows(x, oy, w * c, vZero, scratch);
      Mean.ofColumns(scratch, c, y, ow, end, vScale);
    }
  }
}

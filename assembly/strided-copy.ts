/**
 * Boxes of up to six axes, moved from one layout into another: transposing, slicing, joining, padding and broadcasting
 * are all this one kernel. The host merges and orders the axes (engine/layers/strided.ts), so that the last one is the
 * best that there is to walk along.
 */
import { Runs } from './runs';
import { Simd } from './simd';

export class Strided {
  /**
   * op.plane(x, y, n4, n5, x4, x5, y4, y5, shift) for every plane of the last two axes of a box n0 × … × n5, where a step
   * along axis i moves by x_i and y_i elements of 2^shift bytes; a plane's strides are in bytes.
   */
  @inline
  static walk<Op>(
    x: usize,
    y: usize,
    shift: usize,
    n0: i32,
    n1: i32,
    n2: i32,
    n3: i32,
    n4: i32,
    n5: i32,
    x0: i32,
    x1: i32,
    x2: i32,
    x3: i32,
    x4: i32,
    x5: i32,
    y0: i32,
    y1: i32,
    y2: i32,
    y3: i32,
    y4: i32,
    y5: i32,
  ): void {
    const op = changetype<Op>(0);
    for (let i0 = 0; i0 < n0; i0++, x += (<isize>x0) << shift, y += (<isize>y0) << shift) {
      let xA = x;
      let yA = y;
      for (let i1 = 0; i1 < n1; i1++, xA += (<isize>x1) << shift, yA += (<isize>y1) << shift) {
        let xB = xA;
        let yB = yA;
        for (let i2 = 0; i2 < n2; i2++, xB += (<isize>x2) << shift, yB += (<isize>y2) << shift) {
          let xC = xB;
          let yC = yB;
          for (let i3 = 0; i3 < n3; i3++, xC += (<isize>x3) << shift, yC += (<isize>y3) << shift) {
            op.plane(
              xC,
              yC,
              n4,
              n5,
              (<isize>x4) << shift,
              (<isize>x5) << shift,
              (<isize>y4) << shift,
              (<isize>y5) << shift,
              shift,
            );
          }
        }
      }
    }
  }
}

@unmanaged
class Copy {
  plane(x: usize, y: usize, n4: i32, n5: i32, x4: isize, x5: isize, y4: isize, y5: isize, shift: usize): void {
    if (!shift) {
      if (y5 == 1 && x4 == 1 && x5 > 1) this.transposeBytes(x, y, n4, n5, x5, y4);
      else for (let i = 0; i < n4; i++, x += x4, y += y4) this.bytes(x, y, n5, x5, y5);
    } else if (y5 == 4 && x5 == 4) {
      for (let i = 0; i < n4; i++, x += x4, y += y4) Runs.copy(x, y, (<usize>n5) << 2);
    } else if (y5 == 4 && x5 == 0) {
      for (let i = 0; i < n4; i++, x += x4, y += y4) Runs.fill(y, v128.load32_splat(x), (<usize>n5) << 2);
    } else if (y5 == 4 && x4 == 4) {
      this.transpose(x, y, n4, n5, x5, y4);
    } else {
      for (let i = 0; i < n4; i++, x += x4, y += y4) {
        let source = x;
        let target = y;
        for (let j = 0; j < n5; j++, source += x5, target += y5) store<u32>(target, load<u32>(source));
      }
    }
  }

  @inline
  bytes(x: usize, y: usize, n: i32, xStep: isize, yStep: isize): void {
    if (xStep == 1 && yStep == 1) {
      Runs.copyBytes(x, y, n);
    } else if (xStep == 0 && yStep == 1) {
      memory.fill(y, load<u8>(x), n);
    } else {
      for (let i = 0; i < n; i++, x += xStep, y += yStep) store<u8>(y, load<u8>(x));
    }
  }

  /** y[i,j] = x[j,i], a byte each, in blocks of 8 × 8. */
  @inline
  transposeBytes(x: usize, y: usize, rows: i32, columns: i32, xStride: isize, yStride: isize): void {
    for (let i = 0; i < rows; i += 8, x += 8, y += yStride << 3) {
      const height = min(8, rows - i);
      const whole = height == 8 ? columns & ~7 : 0;
      for (let j = 0; j < whole; j += 8) Block.transposeBytes(x + j * xStride, y + j, xStride, yStride);
      for (let row = 0; row < height; row++) {
        let source = x + row + whole * xStride;
        const target = y + row * yStride;
        for (let j = whole; j < columns; j++, source += xStride) store<u8>(target + j, load<u8>(source));
      }
    }
  }

  /** y[i,j] = x[j,i]: rows of x are xStride bytes apart, those of y yStride. Reads up to 12 bytes beyond a row of x. */
  @inline
  transpose(x: usize, y: usize, rows: i32, columns: i32, xStride: isize, yStride: isize): void {
    for (let i = 0; i < rows; i += 4, x += 16, y += yStride << 2) {
      let source = x;
      let target = y;
      const height = min(4, rows - i);
      let j = 0;
      if (height == 4) {
        for (; j + 4 <= columns; j += 4, source += xStride << 2, target += 16) {
          Block.transpose(source, target, xStride, yStride, 4, 4);
        }
      }
      for (; j < columns; j += 4, source += xStride << 2, target += 16) {
        Block.border(source, target, xStride, yStride, height, min(4, columns - j));
      }
    }
  }
}

class Block {
  /** `height` × `width` numbers of y, each 1…4, from as many rows of x as y has columns. */
  @inline
  static transpose(x: usize, y: usize, xStride: isize, yStride: isize, height: i32, width: i32): void {
    const a = v128.load(x);
    const b = width > 1 ? v128.load(x + xStride) : a;
    const c = width > 2 ? v128.load(x + 2 * xStride) : a;
    const d = width > 3 ? v128.load(x + 3 * xStride) : a;
    const abLow = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const cdLow = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    Simd.store(y, v128.shuffle<f64>(abLow, cdLow, 0, 2), width);
    if (height > 1) Simd.store(y + yStride, v128.shuffle<f64>(abLow, cdLow, 1, 3), width);
    if (height > 2) {
      const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      Simd.store(y + 2 * yStride, v128.shuffle<f64>(abHigh, cdHigh, 0, 2), width);
      if (height > 3) Simd.store(y + 3 * yStride, v128.shuffle<f64>(abHigh, cdHigh, 1, 3), width);
    }
  }

  /** The same where a side is shorter than four: once in the module. */
  static border(x: usize, y: usize, xStride: isize, yStride: isize, height: i32, width: i32): void {
    Block.transpose(x, y, xStride, yStride, height, width);
  }

  /** Eight rows of eight bytes: rows are laid in turns by bytes, then by pairs, then by fours. */
  static transposeBytes(x: usize, y: usize, xStride: isize, yStride: isize): void {
    let p = Block.bytes(x, xStride);
    let q = Block.bytes(x + 2 * xStride, xStride);
    const lowTop = Block.lowPairs(p, q);
    const highTop = Block.highPairs(p, q);
    p = Block.bytes(x + 4 * xStride, xStride);
    q = Block.bytes(x + 6 * xStride, xStride);
    const lowBottom = Block.lowPairs(p, q);
    const highBottom = Block.highPairs(p, q);
    Block.storeTwo(y, v128.shuffle<i32>(lowTop, lowBottom, 0, 4, 1, 5), yStride);
    Block.storeTwo(y + 2 * yStride, v128.shuffle<i32>(lowTop, lowBottom, 2, 6, 3, 7), yStride);
    Block.storeTwo(y + 4 * yStride, v128.shuffle<i32>(highTop, highBottom, 0, 4, 1, 5), yStride);
    Block.storeTwo(y + 6 * yStride, v128.shuffle<i32>(highTop, highBottom, 2, 6, 3, 7), yStride);
  }

  /** Two rows of eight bytes, in turns. */
  @inline
  static bytes(x: usize, stride: isize): v128 {
    const a = v128.load64_zero(x);
    const b = v128.load64_zero(x + stride);
    return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }

  @inline
  static lowPairs(p: v128, q: v128): v128 {
    return v128.shuffle<i16>(p, q, 0, 8, 1, 9, 2, 10, 3, 11);
  }

  @inline
  static highPairs(p: v128, q: v128): v128 {
    return v128.shuffle<i16>(p, q, 4, 12, 5, 13, 6, 14, 7, 15);
  }

  @inline
  static storeTwo(y: usize, rows: v128, stride: isize): void {
    v128.store64_lane(y, rows, 0);
    v128.store64_lane(y + stride, rows, 1);
  }
}

/**
 * y[Σ i_k·y_k] = x[Σ i_k·x_k] for all i in a box n0 × … × n5, in elements of 1 or 4 bytes (shift 0 or 2); strides of x may
 * be 0 or negative. Fast where y5 = 1 and one of: x5 = 1 (runs), x5 = 0 (splats), x4 = 1 (blocks are transposed).
 */
export function stridedCopy(
  x: usize,
  y: usize,
  shift: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  n3: i32,
  n4: i32,
  n5: i32,
  x0: i32,
  x1: i32,
  x2: i32,
  x3: i32,
  x4: i32,
  x5: i32,
  y0: i32,
  y1: i32,
  y2: i32,
  y3: i32,
  y4: i32,
  y5: i32,
): void {
  Strided.walk<Copy>(x, y, shift, n0, n1, n2, n3, n4, n5, x0, x1, x2, x3, x4, x5, y0, y1, y2, y3, y4, y5);
}

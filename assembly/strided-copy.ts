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
      for (let i = 0; i < n4; i++, x += x4, y += y4) this.bytes(x, y, n5, x5, y5);
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
}

/**
 * y[Σ i_k·y_k] = x[Σ i_k·x_k] for all i in a box n0 × … × n5, in elements of 1 or 4 bytes (shift 0 or 2); strides of x may
 * be 0 or negative. Fast where y5 = 1 and one of: x5 = 1 (runs), x5 = 0 (splats), x4 = 1 (blocks of 4 × 4 elements of four
 * bytes are transposed).
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

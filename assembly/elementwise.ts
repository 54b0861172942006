/** One value in, one value out: activations, sums and updates over flat ranges of f32. y may be a or b. */
import { Simd } from './simd';

/** One vector each of a and b, for what is left over behind the last full vector. */
const tailBuffer = memory.data(32, 16);

/**
 * Operations are methods on a null reference (see gemm.ts), given four elements of a and b and two numbers in all lanes.
 */
export class Elementwise {
  /**
   * y[i] = op(a[i], b[i], p, q) for i < n; nothing outside the ranges is read or written. The last 1…3 elements take
   * the same loop once more, in a buffer: an operation is often longer than all around it, and so stands here once.
   */
  @inline
  static run<Op>(a: usize, b: usize, y: usize, n: i32, p: f32, q: f32): void {
    const op = changetype<Op>(0);
    const vp = f32x4.splat(p);
    const vq = f32x4.splat(q);
    const lanes = n & 3;
    const tail = y + ((<usize>(n & ~3)) << 2);
    let end = tail;
    while (true) {
      while (y != end) {
        v128.store(y, op.of(v128.load(a), v128.load(b), vp, vq));
        a += 16;
        b += 16;
        y += 16;
      }
      if (!lanes) return;
      if (end != tail) break;
      Elementwise.fillBuffer(a, b, lanes);
      a = tailBuffer;
      b = tailBuffer + 16;
      y = tailBuffer;
      end = tailBuffer + 16;
    }
    Elementwise.emptyBuffer(tail, lanes);
  }

  static fillBuffer(a: usize, b: usize, lanes: i32): void {
    v128.store(tailBuffer, Simd.load(a, lanes));
    v128.store(tailBuffer, Simd.load(b, lanes), 16);
  }

  static emptyBuffer(y: usize, lanes: i32): void {
    Simd.store(y, v128.load(tailBuffer), lanes);
  }
}

@unmanaged
class Clamp {
  @inline
  of(a: v128, b: v128, lo: v128, hi: v128): v128 {
    return Simd.clamp(a, lo, hi);
  }
}

/** y = min(max(x, lo), hi); NaN stays NaN. */
export function clamp(x: usize, y: usize, n: i32, lo: f32, hi: f32): void {
  Elementwise.run<Clamp>(x, x, y, n, lo, hi);
}

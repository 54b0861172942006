/** One value in, one value out: activations, sums and updates over flat ranges of f32. y may be a or b. */
import { Simd } from './simd';

/**
 * Operations are methods on a null reference (see gemm.ts), given four elements of a and b and two numbers in all lanes.
 */
export class Elementwise {
  /** y[i] = op(a[i], b[i], p, q) for i < n; nothing outside the ranges is read or written. */
  @inline
  static run<Op>(a: usize, b: usize, y: usize, n: i32, p: f32, q: f32): void {
    const op = changetype<Op>(0);
    const vp = f32x4.splat(p);
    const vq = f32x4.splat(q);
    const end = y + ((<usize>(n & ~3)) << 2);
    while (y != end) {
      v128.store(y, op.of(v128.load(a), v128.load(b), vp, vq));
      a += 16;
      b += 16;
      y += 16;
    }
    const lanes = n & 3;
    if (lanes) Simd.store(y, op.of(Simd.load(a, lanes), Simd.load(b, lanes), vp, vq), lanes);
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

/** Gradients of activations, and the sums of gradients and statistics that training needs. */
import { Elementwise } from '../elementwise';

@unmanaged
class ClampBackward {
  /** Passes dy where y lies strictly between the limits, or is NaN. */
  @inline
  of(y: v128, dy: v128, lo: v128, hi: v128): v128 {
    return v128.andnot(dy, v128.or(f32x4.le(y, lo), f32x4.ge(y, hi)));
  }
}

@unmanaged
export class Sum {
  @inline
  of(a: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.add(a, b);
  }
}

@unmanaged
class Approach {
  @inline
  of(target: v128, source: v128, rate: v128, q: v128): v128 {
    return f32x4.add(target, f32x4.mul(rate, f32x4.sub(source, target)));
  }
}

/** dx = dy where lo < y < hi, else 0: the gradient of relu at 0 is 0, as PyTorch has it. y = clamp(x, lo, hi). */
export function clampBackward(y: usize, dy: usize, dx: usize, n: i32, lo: f32, hi: f32): void {
  Elementwise.run<ClampBackward>(y, dy, dx, n, lo, hi);
}

/** target += source. */
export function accumulate(target: usize, source: usize, n: i32): void {
  Elementwise.run<Sum>(target, source, target, n, 0, 0);
}

/** target += rate·(source − target): the moving average of a statistic. */
export function moveTowards(target: usize, source: usize, n: i32, rate: f32): void {
  Elementwise.run<Approach>(target, source, target, n, rate, 0);
}

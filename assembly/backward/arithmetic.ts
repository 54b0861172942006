/** What the gradients of arithmetic need beside arithmetic itself: factors of dy, and dy spread out. All broadcast. */
import { Pow } from '../arithmetic';
import { Broadcast } from '../broadcast';
import { Log } from '../math';

@unmanaged
class Equal {
  @inline
  of(a: v128, b: v128, p: v128, q: v128): v128 {
    return v128.and(f32x4.eq(a, b), f32x4.splat(1));
  }
}

@unmanaged
class PowBaseSlope {
  @inline
  of(a: v128, b: v128, p: v128, q: v128): v128 {
    const slope = f32x4.mul(b, Pow.lanes(a, f32x4.sub(b, f32x4.splat(1))));
    return v128.andnot(slope, f32x4.eq(b, f32x4.splat(0)));
  }
}

@unmanaged
class PowExponentSlope {
  @inline
  of(a: v128, b: v128, p: v128, q: v128): v128 {
    const slope = f32x4.mul(Pow.lanes(a, b), changetype<Log>(0).of(a, b, p, q));
    const zero = f32x4.splat(0);
    return v128.andnot(slope, v128.and(f32x4.eq(a, zero), f32x4.ge(b, zero)));
  }
}

@unmanaged
class Quotient {
  @inline
  of(a: v128, b: v128, divisor: v128, q: v128): v128 {
    return f32x4.div(a, divisor);
  }
}

/** y = 1 where a = b, else 0. */
export function equal(
  a: usize,
  b: usize,
  y: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  n3: i32,
  n4: i32,
  n5: i32,
  aAxes: i32,
  bAxes: i32,
): void {
  Broadcast.run<Equal>(a, b, y, n0, n1, n2, n3, n4, n5, aAxes, bAxes, 0, 0);
}

/** y = ∂(a^b)/∂a = b·a^(b − 1), and 0 for b = 0. */
export function powBaseSlope(
  a: usize,
  b: usize,
  y: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  n3: i32,
  n4: i32,
  n5: i32,
  aAxes: i32,
  bAxes: i32,
): void {
  Broadcast.run<PowBaseSlope>(a, b, y, n0, n1, n2, n3, n4, n5, aAxes, bAxes, 0, 0);
}

/** y = ∂(a^b)/∂b = a^b·ln a, and 0 for a = 0 ≤ b (as PyTorch has it); NaN for a negative base. */
export function powExponentSlope(
  a: usize,
  b: usize,
  y: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  n3: i32,
  n4: i32,
  n5: i32,
  aAxes: i32,
  bAxes: i32,
): void {
  Broadcast.run<PowExponentSlope>(a, b, y, n0, n1, n2, n3, n4, n5, aAxes, bAxes, 0, 0);
}

/** y = x / divisor, stretched along the axes that x has not. */
export function spread(
  x: usize,
  y: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  n3: i32,
  n4: i32,
  n5: i32,
  xAxes: i32,
  divisor: f32,
): void {
  Broadcast.run<Quotient>(x, x, y, n0, n1, n2, n3, n4, n5, xAxes, xAxes, divisor, 0);
}

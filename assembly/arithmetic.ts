/** Arithmetic on two tensors: y = clamp(op(a, b), lo, hi), broadcast. Loops and axes: broadcast.ts. */
import { Broadcast } from './broadcast';
import { Simd } from './simd';

@unmanaged
class Add {
  @inline
  of(a: v128, b: v128, lo: v128, hi: v128): v128 {
    return Simd.clamp(f32x4.add(a, b), lo, hi);
  }
}

@unmanaged
class Sub {
  @inline
  of(a: v128, b: v128, lo: v128, hi: v128): v128 {
    return Simd.clamp(f32x4.sub(a, b), lo, hi);
  }
}

@unmanaged
class Mul {
  @inline
  of(a: v128, b: v128, lo: v128, hi: v128): v128 {
    return Simd.clamp(f32x4.mul(a, b), lo, hi);
  }
}

@unmanaged
class Div {
  @inline
  of(a: v128, b: v128, lo: v128, hi: v128): v128 {
    return Simd.clamp(f32x4.div(a, b), lo, hi);
  }
}

@unmanaged
class Max {
  @inline
  of(a: v128, b: v128, lo: v128, hi: v128): v128 {
    return Simd.clamp(f32x4.max(a, b), lo, hi);
  }
}

@unmanaged
class Min {
  @inline
  of(a: v128, b: v128, lo: v128, hi: v128): v128 {
    return Simd.clamp(f32x4.min(a, b), lo, hi);
  }
}

@unmanaged
export class Pow {
  @inline
  of(a: v128, b: v128, lo: v128, hi: v128): v128 {
    return Simd.clamp(Pow.lanes(a, b), lo, hi);
  }

  static lanes(a: v128, b: v128): v128 {
    let y = f32x4.splat(Pow.scalar(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
    y = f32x4.replace_lane(y, 1, Pow.scalar(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
    y = f32x4.replace_lane(y, 2, Pow.scalar(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
    return f32x4.replace_lane(y, 3, Pow.scalar(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
  }

  /**
   * a^b by AssemblyScript's port of musl's powf (logarithm and power in f64 by tables: at most 0.82 units in the last
   * place): code, not a call of the host. Powers of ±1 are those of C and NumPy, where JavaScript has NaN.
   */
  static scalar(a: f32, b: f32): f32 {
    if (a == 1 || (a == -1 && abs(b) == Infinity)) return 1;
    return Mathf.pow(a, b);
  }
}

/** y = a + b. */
export function add(
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
  lo: f32,
  hi: f32,
): void {
  Broadcast.run<Add>(a, b, y, n0, n1, n2, n3, n4, n5, aAxes, bAxes, lo, hi);
}

/** y = a − b. */
export function sub(
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
  lo: f32,
  hi: f32,
): void {
  Broadcast.run<Sub>(a, b, y, n0, n1, n2, n3, n4, n5, aAxes, bAxes, lo, hi);
}

/** y = a·b. */
export function mul(
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
  lo: f32,
  hi: f32,
): void {
  Broadcast.run<Mul>(a, b, y, n0, n1, n2, n3, n4, n5, aAxes, bAxes, lo, hi);
}

/** y = a / b. */
export function div(
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
  lo: f32,
  hi: f32,
): void {
  Broadcast.run<Div>(a, b, y, n0, n1, n2, n3, n4, n5, aAxes, bAxes, lo, hi);
}

/** y = the larger of a and b; NaN where one is NaN. */
export function maximum(
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
  lo: f32,
  hi: f32,
): void {
  Broadcast.run<Max>(a, b, y, n0, n1, n2, n3, n4, n5, aAxes, bAxes, lo, hi);
}

/** y = the smaller of a and b; NaN where one is NaN. */
export function minimum(
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
  lo: f32,
  hi: f32,
): void {
  Broadcast.run<Min>(a, b, y, n0, n1, n2, n3, n4, n5, aAxes, bAxes, lo, hi);
}

/** y = a^b: a negative base has integer powers, others are NaN; x⁰ = 1. */
export function pow(
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
  lo: f32,
  hi: f32,
): void {
  Broadcast.run<Pow>(a, b, y, n0, n1, n2, n3, n4, n5, aAxes, bAxes, lo, hi);
}

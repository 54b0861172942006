/**
 * Activations that are no clamp (elementwise.ts) and no function of mathematics (math.ts, erf.ts). Kernels take x, y,
 * the number of elements and the settings of the formula; y may be x; a NaN stays NaN.
 */
import { Elementwise } from './elementwise';
import { Normal } from './erf';
import { NegativeExpm1, Sigmoid } from './math';
import { Simd } from './simd';

@unmanaged
class LeakyRelu {
  @inline
  of(x: v128, b: v128, alpha: v128, q: v128): v128 {
    return v128.bitselect(x, f32x4.mul(x, alpha), f32x4.gt(x, Simd.zero()));
  }
}

@unmanaged
class Elu {
  @inline
  of(x: v128, b: v128, alpha: v128, q: v128): v128 {
    const negative = f32x4.mul(alpha, changetype<NegativeExpm1>(0).of(x, b, alpha, q));
    return v128.bitselect(x, negative, f32x4.gt(x, Simd.zero()));
  }
}

@unmanaged
export class HardSigmoid {
  @inline
  of(x: v128, b: v128, alpha: v128, beta: v128): v128 {
    return Simd.clamp(f32x4.add(f32x4.mul(x, alpha), beta), Simd.zero(), f32x4.splat(1));
  }
}

@unmanaged
class HardSwish {
  @inline
  of(x: v128, b: v128, sixth: v128, half: v128): v128 {
    return f32x4.mul(x, changetype<HardSigmoid>(0).of(x, b, sixth, half));
  }
}

@unmanaged
class Silu {
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.mul(x, changetype<Sigmoid>(0).of(x, b, p, q));
  }
}

@unmanaged
class Gelu {
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.mul(x, Normal.cumulative(x, Normal.bell(x)));
  }
}

@unmanaged
export class GeluTanh {
  /** ½·(1 + tanh u) is sigmoid(2u), which loses no digits where tanh is near −1. */
  @inline
  of(x: v128, b: v128, linear: v128, cubic: v128): v128 {
    const doubled = f32x4.mul(x, f32x4.add(linear, f32x4.mul(cubic, f32x4.mul(x, x))));
    return f32x4.mul(x, changetype<Sigmoid>(0).of(doubled, b, linear, cubic));
  }
}

@unmanaged
class Abs {
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.abs(x);
  }
}

@unmanaged
class Neg {
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.neg(x);
  }
}

@unmanaged
class Reciprocal {
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.div(f32x4.splat(1), x);
  }
}

@unmanaged
class Sqrt {
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.sqrt(x);
  }
}

@unmanaged
class Floor {
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.floor(x);
  }
}

@unmanaged
class Ceil {
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.ceil(x);
  }
}

/** y = x where x > 0, else alpha·x. */
export function leakyRelu(x: usize, y: usize, n: i32, alpha: f32): void {
  Elementwise.run<LeakyRelu>(x, x, y, n, alpha, 0);
}

/** y = x where x > 0, else alpha·(e^x − 1). */
export function elu(x: usize, y: usize, n: i32, alpha: f32): void {
  Elementwise.run<Elu>(x, x, y, n, alpha, 0);
}

/** y = clamp(alpha·x + beta, 0, 1). */
export function hardSigmoid(x: usize, y: usize, n: i32, alpha: f32, beta: f32): void {
  Elementwise.run<HardSigmoid>(x, x, y, n, alpha, beta);
}

/** y = x·clamp(x/6 + ½, 0, 1). */
export function hardSwish(x: usize, y: usize, n: i32): void {
  Elementwise.run<HardSwish>(x, x, y, n, 1.0 / 6.0, 0.5);
}

/** y = x / (1 + e^−x). */
export function silu(x: usize, y: usize, n: i32): void {
  Elementwise.run<Silu>(x, x, y, n, 0, 0);
}

/** y = x·Φ(x). */
export function gelu(x: usize, y: usize, n: i32): void {
  Elementwise.run<Gelu>(x, x, y, n, 0, 0);
}

/** y = x·½·(1 + tanh u), 2u = linear·x + cubic·x³. */
export function geluTanh(x: usize, y: usize, n: i32, linear: f32, cubic: f32): void {
  Elementwise.run<GeluTanh>(x, x, y, n, linear, cubic);
}

/** y = |x|. */
export function abs(x: usize, y: usize, n: i32): void {
  Elementwise.run<Abs>(x, x, y, n, 0, 0);
}

/** y = −x. */
export function neg(x: usize, y: usize, n: i32): void {
  Elementwise.run<Neg>(x, x, y, n, 0, 0);
}

/** y = 1 / x. */
export function reciprocal(x: usize, y: usize, n: i32): void {
  Elementwise.run<Reciprocal>(x, x, y, n, 0, 0);
}

/** y = √x, NaN for negative x. */
export function sqrt(x: usize, y: usize, n: i32): void {
  Elementwise.run<Sqrt>(x, x, y, n, 0, 0);
}

/** y = the largest integer ≤ x. */
export function floor(x: usize, y: usize, n: i32): void {
  Elementwise.run<Floor>(x, x, y, n, 0, 0);
}

/** y = the smallest integer ≥ x. */
export function ceil(x: usize, y: usize, n: i32): void {
  Elementwise.run<Ceil>(x, x, y, n, 0, 0);
}

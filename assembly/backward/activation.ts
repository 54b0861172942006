/**
 * Gradients of activations, dx = dy·f′: kernels take x or, where f′ follows from it, y, then dy, dx, the number of
 * elements and the settings of the formula. A NaN in x or y is not hidden.
 */
import { Elementwise } from '../elementwise';
import { Normal } from '../erf';
import { Exp, Sigmoid } from '../math';
import { Simd } from '../simd';

@unmanaged
class LeakyReluBackward {
  @inline
  of(x: v128, dy: v128, alpha: v128, q: v128): v128 {
    return v128.bitselect(dy, f32x4.mul(dy, alpha), f32x4.gt(x, Simd.zero()));
  }
}

@unmanaged
class EluBackward {
  @inline
  of(x: v128, dy: v128, alpha: v128, q: v128): v128 {
    const slope = f32x4.mul(alpha, changetype<Exp>(0).of(x, dy, alpha, q));
    return v128.bitselect(dy, f32x4.mul(dy, slope), f32x4.gt(x, Simd.zero()));
  }
}

@unmanaged
class HardSigmoidBackward {
  @inline
  of(y: v128, dy: v128, alpha: v128, q: v128): v128 {
    const isFlat = v128.or(f32x4.le(y, Simd.zero()), f32x4.ge(y, f32x4.splat(1)));
    return v128.andnot(f32x4.mul(dy, alpha), isFlat);
  }
}

@unmanaged
class HardSwishBackward {
  /** x/3 + ½ between the kinks, else 0 or 1. */
  @inline
  of(x: v128, dy: v128, third: v128, half: v128): v128 {
    const isFlat = f32x4.le(x, f32x4.splat(-3));
    const isLine = f32x4.ge(x, f32x4.splat(3));
    const slope = v128.bitselect(f32x4.splat(1), f32x4.add(f32x4.mul(x, third), half), isLine);
    return v128.andnot(f32x4.mul(dy, slope), isFlat);
  }
}

@unmanaged
class SigmoidBackward {
  @inline
  of(y: v128, dy: v128, p: v128, q: v128): v128 {
    return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)));
  }
}

@unmanaged
class TanhBackward {
  @inline
  of(y: v128, dy: v128, p: v128, q: v128): v128 {
    const one = f32x4.splat(1);
    return f32x4.mul(dy, f32x4.mul(f32x4.sub(one, y), f32x4.add(one, y)));
  }
}

@unmanaged
class SiluBackward {
  /** s·(1 + x·(1 − s)), s = sigmoid(x); 1 − s is sigmoid(−x), with all its digits. */
  @inline
  of(x: v128, dy: v128, p: v128, q: v128): v128 {
    const one = f32x4.splat(1);
    const sigmoid = changetype<Sigmoid>(0);
    const rest = sigmoid.of(f32x4.neg(x), dy, p, q);
    return f32x4.mul(dy, f32x4.mul(sigmoid.of(x, dy, p, q), f32x4.add(one, f32x4.mul(x, rest))));
  }
}

@unmanaged
class GeluBackward {
  /** Φ(x) + x·φ(x); p: 1/√(2π). */
  @inline
  of(x: v128, dy: v128, p: v128, q: v128): v128 {
    const bell = Normal.bell(x);
    const slope = f32x4.add(Normal.cumulative(x, bell), f32x4.mul(x, f32x4.mul(p, bell)));
    return f32x4.mul(dy, slope);
  }
}

@unmanaged
class GeluTanhBackward {
  /** s + x·s·(1 − s)·v′, s = sigmoid(v). Beyond ±16 s is 0 or 1 and the second term 0, where v′ could overflow. */
  @inline
  of(x: v128, dy: v128, linear: v128, cubic: v128): v128 {
    const bounded = Simd.clamp(x, f32x4.splat(-16), f32x4.splat(16));
    const sigmoid = changetype<Sigmoid>(0);
    const cubicSquare = f32x4.mul(cubic, f32x4.mul(bounded, bounded));
    const v = f32x4.mul(bounded, f32x4.add(linear, cubicSquare));
    const dv = f32x4.add(linear, f32x4.mul(f32x4.splat(3), cubicSquare));
    const s = sigmoid.of(v, dy, linear, cubic);
    const product = f32x4.mul(s, sigmoid.of(f32x4.neg(v), dy, linear, cubic));
    return f32x4.mul(dy, f32x4.add(s, f32x4.mul(f32x4.mul(bounded, product), dv)));
  }
}

@unmanaged
class ErfBackward {
  /** p·e^−x²; p: 2/√π. */
  @inline
  of(x: v128, dy: v128, p: v128, q: v128): v128 {
    return f32x4.mul(dy, f32x4.mul(p, changetype<Exp>(0).of(f32x4.neg(f32x4.mul(x, x)), dy, p, q)));
  }
}

@unmanaged
class SoftplusBackward {
  @inline
  of(x: v128, dy: v128, p: v128, q: v128): v128 {
    return f32x4.mul(dy, changetype<Sigmoid>(0).of(x, dy, p, q));
  }
}

@unmanaged
class AbsBackward {
  /** The sign of x is multiplied into dy; 0 at 0. */
  @inline
  of(x: v128, dy: v128, p: v128, q: v128): v128 {
    const signed = v128.xor(dy, v128.and(x, f32x4.splat(-0.0)));
    return v128.andnot(signed, f32x4.eq(x, Simd.zero()));
  }
}

@unmanaged
class ReciprocalBackward {
  @inline
  of(y: v128, dy: v128, p: v128, q: v128): v128 {
    return f32x4.neg(f32x4.mul(dy, f32x4.mul(y, y)));
  }
}

@unmanaged
class SqrtBackward {
  @inline
  of(y: v128, dy: v128, p: v128, q: v128): v128 {
    return f32x4.div(dy, f32x4.add(y, y));
  }
}

@unmanaged
class ExpBackward {
  @inline
  of(y: v128, dy: v128, p: v128, q: v128): v128 {
    return f32x4.mul(dy, y);
  }
}

@unmanaged
class LogBackward {
  @inline
  of(x: v128, dy: v128, p: v128, q: v128): v128 {
    return f32x4.div(dy, x);
  }
}

/** dx = dy where x > 0, else alpha·dy. */
export function leakyReluBackward(x: usize, dy: usize, dx: usize, n: i32, alpha: f32): void {
  Elementwise.run<LeakyReluBackward>(x, dy, dx, n, alpha, 0);
}

/** dx = dy where x > 0, else dy·alpha·e^x. */
export function eluBackward(x: usize, dy: usize, dx: usize, n: i32, alpha: f32): void {
  Elementwise.run<EluBackward>(x, dy, dx, n, alpha, 0);
}

/** dx = alpha·dy where 0 < y < 1, else 0. */
export function hardSigmoidBackward(y: usize, dy: usize, dx: usize, n: i32, alpha: f32): void {
  Elementwise.run<HardSigmoidBackward>(y, dy, dx, n, alpha, 0);
}

/** dx = dy·(x/3 + ½) where −3 < x < 3, 0 below, dy above. */
export function hardSwishBackward(x: usize, dy: usize, dx: usize, n: i32): void {
  Elementwise.run<HardSwishBackward>(x, dy, dx, n, 1.0 / 3.0, 0.5);
}

/** dx = dy·y·(1 − y). */
export function sigmoidBackward(y: usize, dy: usize, dx: usize, n: i32): void {
  Elementwise.run<SigmoidBackward>(y, dy, dx, n, 0, 0);
}

/** dx = dy·(1 − y²). */
export function tanhBackward(y: usize, dy: usize, dx: usize, n: i32): void {
  Elementwise.run<TanhBackward>(y, dy, dx, n, 0, 0);
}

/** dx = dy·s·(1 + x·(1 − s)), s = sigmoid(x). */
export function siluBackward(x: usize, dy: usize, dx: usize, n: i32): void {
  Elementwise.run<SiluBackward>(x, dy, dx, n, 0, 0);
}

/** dx = dy·(Φ(x) + x·φ(x)). */
export function geluBackward(x: usize, dy: usize, dx: usize, n: i32): void {
  Elementwise.run<GeluBackward>(x, dy, dx, n, 0.3989422804014327, 0);
}

/** dx = dy·(s + x·s·(1 − s)·v′), s = sigmoid(v), v = linear·x + cubic·x³. */
export function geluTanhBackward(x: usize, dy: usize, dx: usize, n: i32, linear: f32, cubic: f32): void {
  Elementwise.run<GeluTanhBackward>(x, dy, dx, n, linear, cubic);
}

/** dx = dy·2/√π·e^−x². */
export function erfBackward(x: usize, dy: usize, dx: usize, n: i32): void {
  Elementwise.run<ErfBackward>(x, dy, dx, n, 1.1283791670955126, 0);
}

/** dx = dy·sigmoid(x). */
export function softplusBackward(x: usize, dy: usize, dx: usize, n: i32): void {
  Elementwise.run<SoftplusBackward>(x, dy, dx, n, 0, 0);
}

/** dx = dy·sign x, 0 at 0. */
export function absBackward(x: usize, dy: usize, dx: usize, n: i32): void {
  Elementwise.run<AbsBackward>(x, dy, dx, n, 0, 0);
}

/** dx = −dy·y². */
export function reciprocalBackward(y: usize, dy: usize, dx: usize, n: i32): void {
  Elementwise.run<ReciprocalBackward>(y, dy, dx, n, 0, 0);
}

/** dx = dy / 2y. */
export function sqrtBackward(y: usize, dy: usize, dx: usize, n: i32): void {
  Elementwise.run<SqrtBackward>(y, dy, dx, n, 0, 0);
}

/** dx = dy·y. */
export function expBackward(y: usize, dy: usize, dx: usize, n: i32): void {
  Elementwise.run<ExpBackward>(y, dy, dx, n, 0, 0);
}

/** dx = dy / x. */
export function logBackward(x: usize, dy: usize, dx: usize, n: i32): void {
  Elementwise.run<LogBackward>(x, dy, dx, n, 0, 0);
}

/**
 * The error function and the normal distribution, in the manner of math.ts: no madd, the same bits everywhere. The
 * polynomials are minimax fits of relative error to SciPy's erf and erfcx (linear programming over 600 points, the
 * coefficients then rounded to f32): 1.2e-9 for erf on [0, 1], 1.1e-8 for erfcx on [1, 10.2], beyond which e^−z² is 0.
 */
import { Elementwise } from './elementwise';
import { Exp, Horner } from './math';
import { Simd } from './simd';

const SQRT_HALF: f32 = <f32>Math.SQRT1_2;

/** erf x = 2/√π ∫₀ˣ e^−t² dt. */
@unmanaged
export class Erf {
  /** An odd polynomial below 1, 1 − erfc above, on |x|; the sign, also that of −0, is put back. */
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    const z = f32x4.abs(x);
    const one = f32x4.splat(1);
    const large = f32x4.sub(one, f32x4.mul(Erf.scaledTail(z), Exp.four(f32x4.neg(f32x4.mul(z, z)))));
    const size = v128.bitselect(Erf.small(z), large, f32x4.lt(z, one));
    return v128.or(size, v128.and(x, f32x4.splat(-0.0)));
  }

  /** erf z for 0 ≤ z < 1: z + z·P(z²), so that the larger part is exact. Two kernels share it: the call costs nothing. */
  static small(z: v128): v128 {
    const square = f32x4.mul(z, z);
    let sum = f32x4.splat(7.8606834e-5);
    sum = Horner.step(sum, square, -8.012453e-4);
    sum = Horner.step(sum, square, 5.188611e-3);
    sum = Horner.step(sum, square, -2.6853979e-2);
    sum = Horner.step(sum, square, 1.128359e-1);
    sum = Horner.step(sum, square, -3.7612626e-1);
    sum = Horner.step(sum, square, 1.28379166e-1);
    return f32x4.add(z, f32x4.mul(z, sum));
  }

  /** erfcx z = e^z²·erfc z for z ≥ 1: t·P(t) with t = 1 / (1 + z/2). */
  static scaledTail(z: v128): v128 {
    const one = f32x4.splat(1);
    const t = f32x4.div(one, f32x4.add(one, f32x4.mul(z, f32x4.splat(0.5))));
    let sum = f32x4.splat(9.3344e-2);
    sum = Horner.step(sum, t, -2.2579457e-1);
    sum = Horner.step(sum, t, 8.184654e-2);
    sum = Horner.step(sum, t, 6.143207e-2);
    sum = Horner.step(sum, t, 1.7860872e-1);
    sum = Horner.step(sum, t, 2.4700314e-1);
    sum = Horner.step(sum, t, 2.820348e-1);
    sum = Horner.step(sum, t, 2.8209865e-1);
    return f32x4.mul(t, sum);
  }
}

/** The standard normal distribution, Φ(x) = ½·erfc(−x/√2). */
export class Normal {
  /** e^(−x²/2): the density times √(2π). */
  @inline
  static bell(x: v128): v128 {
    return Exp.four(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
  }

  /**
   * Φ(x), given bell(x): the tail beyond |x| first, which for negative x is the result with all its digits; taking it as
   * 1 + erf would leave few.
   */
  @inline
  static cumulative(x: v128, bell: v128): v128 {
    const half = f32x4.splat(0.5);
    const one = f32x4.splat(1);
    const z = f32x4.mul(f32x4.abs(x), f32x4.splat(SQRT_HALF));
    const near = f32x4.sub(half, f32x4.mul(half, Erf.small(z)));
    const far = f32x4.mul(f32x4.mul(half, Erf.scaledTail(z)), bell);
    const tail = v128.bitselect(near, far, f32x4.lt(z, one));
    return v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(x, Simd.zero()));
  }
}

/** y[i] = erf x[i]; y may be x. */
export function erf(x: usize, y: usize, n: i32): void {
  Elementwise.run<Erf>(x, x, y, n, 0, 0);
}

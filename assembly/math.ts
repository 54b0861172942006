/**
 * exp, log, tanh and their kin of our own (erf.ts has the error function): WebAssembly has none, and those of a host
 * differ from host to host. Four at a time, products and sums rounded apart in both builds (no madd), so the bits are the
 * same on every machine and wherever in a range an element lies. Off by at most 2 units in the last place (measured over
 * 80 million arguments of all magnitudes: exp 0.97, log 0.82, tanh 1.30).
 *
 * Range reductions and polynomials are those of Stephen Moshier's Cephes library, single/expf.c, logf.c and tanhf.c
 * (netlib.org/cephes, 1989); the branch-free split of log's argument is musl's (src/math/logf.c).
 */
import { Elementwise } from './elementwise';
import { Simd } from './simd';

// ln 2 as a short head, whose products with an exponent are exact, and a tail.
const LN2_HEAD: f32 = 0.693359375;
const LN2_TAIL: f32 = -2.1219444e-4;
const LOG2_E: f32 = <f32>Math.LOG2E;
const SMALLEST_NORMAL: f32 = 1.17549435e-38;
/** √½ as bits: mantissas are brought into [√½, √2). */
const SQRT_HALF_BITS: i32 = 0x3f3504f3;
const ONE_BITS: i32 = 0x3f800000;

/** Polynomials by Horner's rule, one step a line. */
export class Horner {
  @inline
  static step(sum: v128, x: v128, coefficient: f32): v128 {
    return f32x4.add(f32x4.mul(sum, x), f32x4.splat(coefficient));
  }
}

/** Each has `of(x, …)`, four values at once, in the shape that Elementwise wants. */
@unmanaged
export class Exp {
  /**
   * e^x = 2^n·e^r with n = round(x / ln 2), |r| ≤ ½ ln 2. Below −104 all results round to 0, above 89 all overflow; 2^n
   * is applied in two halves, since n reaches −150 (a denormal result, rounded once) and 128 (infinity).
   */
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(89));
    const n = Exp.exponent(bounded);
    const sum = f32x4.add(Exp.restMinusOne(bounded, n), f32x4.splat(1));
    const exponent = i32x4.trunc_sat_f32x4_s(n);
    const half = i32x4.shr_s(exponent, 1);
    return f32x4.mul(f32x4.mul(sum, Exp.powerOfTwo(half)), Exp.powerOfTwo(i32x4.sub(exponent, half)));
  }

  /** The same as a function that stands in a module once, for kernels of which it is a part among others. */
  static four(x: v128): v128 {
    return changetype<Exp>(0).of(x, x, x, x);
  }

  @inline
  static exponent(x: v128): v128 {
    return f32x4.nearest(f32x4.mul(x, f32x4.splat(LOG2_E)));
  }

  /** e^r − 1 for r = x − n·ln 2, without cancellation. */
  @inline
  static restMinusOne(x: v128, n: v128): v128 {
    let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HEAD)));
    r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(LN2_TAIL)));
    let sum = f32x4.splat(1.98756915e-4);
    sum = Horner.step(sum, r, 1.3981999507e-3);
    sum = Horner.step(sum, r, 8.3334519073e-3);
    sum = Horner.step(sum, r, 4.1665795894e-2);
    sum = Horner.step(sum, r, 1.6666665459e-1);
    sum = Horner.step(sum, r, 5.0000001201e-1);
    return f32x4.add(f32x4.mul(sum, f32x4.mul(r, r)), r);
  }

  /** 2^n for n in −126…127. */
  @inline
  static powerOfTwo(n: v128): v128 {
    return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
  }
}

/** e^x − 1 for x ≤ 0, with all its digits near 0. */
@unmanaged
export class NegativeExpm1 {
  /** 2^n·(e^r − 1) + (2^n − 1), where n ≤ 0: for n = 0 the last term vanishes. Below −60 all results round to −1. */
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-60)), f32x4.splat(0));
    const n = Exp.exponent(bounded);
    const power = Exp.powerOfTwo(i32x4.trunc_sat_f32x4_s(n));
    return f32x4.add(f32x4.mul(power, Exp.restMinusOne(bounded, n)), f32x4.sub(power, f32x4.splat(1)));
  }
}

@unmanaged
export class Log {
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    return Log.four(x);
  }

  /**
   * ln x = e·ln 2 + ln(1 + m) with x = 2^e·(1 + m), 1 + m in [√½, √2). ln 0 = −∞, of a negative number NaN. It stands
   * in a module once, since a call costs next to nothing beside so long a computation.
   */
  static four(x: v128): v128 {
    const isDenormal = f32x4.lt(x, f32x4.splat(SMALLEST_NORMAL));
    const normal = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, isDenormal);
    const bits = i32x4.add(normal, i32x4.splat(ONE_BITS - SQRT_HALF_BITS));
    const bias = v128.bitselect(i32x4.splat(127 + 23), i32x4.splat(127), isDenormal);
    const e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(bits, 23), bias));
    const mantissa = i32x4.add(v128.and(bits, i32x4.splat(0x7fffff)), i32x4.splat(SQRT_HALF_BITS));
    const m = f32x4.sub(mantissa, f32x4.splat(1));
    const square = f32x4.mul(m, m);
    let sum = f32x4.splat(7.0376836292e-2);
    sum = Horner.step(sum, m, -1.151461031e-1);
    sum = Horner.step(sum, m, 1.167699874e-1);
    sum = Horner.step(sum, m, -1.2420140846e-1);
    sum = Horner.step(sum, m, 1.4249322787e-1);
    sum = Horner.step(sum, m, -1.6668057665e-1);
    sum = Horner.step(sum, m, 2.0000714765e-1);
    sum = Horner.step(sum, m, -2.4999993993e-1);
    sum = Horner.step(sum, m, 3.3333331174e-1);
    sum = f32x4.mul(f32x4.mul(sum, m), square);
    sum = f32x4.add(sum, f32x4.mul(e, f32x4.splat(LN2_TAIL)));
    sum = f32x4.sub(sum, f32x4.mul(square, f32x4.splat(0.5)));
    sum = f32x4.add(f32x4.add(m, sum), f32x4.mul(e, f32x4.splat(LN2_HEAD)));
    sum = v128.bitselect(f32x4.splat(Infinity), sum, f32x4.eq(x, f32x4.splat(Infinity)));
    sum = v128.bitselect(f32x4.splat(-Infinity), sum, f32x4.eq(x, f32x4.splat(0)));
    return v128.bitselect(sum, f32x4.splat(NaN), f32x4.ge(x, f32x4.splat(0)));
  }

  /** One value, with the bits that it has in any vector. */
  @inline
  static scalar(x: f32): f32 {
    return f32x4.extract_lane(Log.four(f32x4.splat(x)), 0);
  }
}

/** 1 / (1 + e^−x). */
@unmanaged
export class Sigmoid {
  /** On t = e^−|x| ≤ 1, so that nothing overflows: 1 / (1 + t) for positive x, t / (1 + t) for negative x. */
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    const t = Sigmoid.power(x);
    const one = f32x4.splat(1);
    return f32x4.div(v128.bitselect(one, t, f32x4.ge(x, Simd.zero())), f32x4.add(one, t));
  }

  @inline
  static power(x: v128): v128 {
    return changetype<Exp>(0).of(f32x4.neg(f32x4.abs(x)), x, x, x);
  }
}

/** ln(1 + e^x). */
@unmanaged
export class Softplus {
  /**
   * max(x, 0) + ln(1 + t), t = e^−|x|. What the sum u = 1 + t loses of t is found exactly, and given back as
   * (t − (u − 1)) / u: for tiny t that is all there is.
   */
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    const t = Exp.four(f32x4.neg(f32x4.abs(x)));
    const one = f32x4.splat(1);
    const u = f32x4.add(one, t);
    const lost = f32x4.sub(t, f32x4.sub(u, one));
    const log = f32x4.add(Log.four(u), f32x4.div(lost, u));
    return f32x4.add(f32x4.max(x, Simd.zero()), log);
  }
}

@unmanaged
export class Tanh {
  /** An odd polynomial below 0.625, 1 − 2 / (e^2|x| + 1) above, on |x|; the sign, also that of −0, is put back. */
  @inline
  of(x: v128, b: v128, p: v128, q: v128): v128 {
    const sign = v128.and(x, f32x4.splat(-0.0));
    const size = f32x4.abs(x);
    const square = f32x4.mul(size, size);
    let sum = f32x4.splat(-5.70498872745e-3);
    sum = Horner.step(sum, square, 2.06390887954e-2);
    sum = Horner.step(sum, square, -5.37397155531e-2);
    sum = Horner.step(sum, square, 1.33314422036e-1);
    sum = Horner.step(sum, square, -3.33332819422e-1);
    const small = f32x4.add(f32x4.mul(f32x4.mul(sum, square), size), size);
    const one = f32x4.splat(1);
    const squaredPower = Exp.four(f32x4.add(size, size));
    const large = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(squaredPower, one)));
    return v128.or(v128.bitselect(small, large, f32x4.lt(size, f32x4.splat(0.625))), sign);
  }
}

/** y[i] = e^x[i]; y may be x, as below. */
export function exp(x: usize, y: usize, n: i32): void {
  Elementwise.run<Exp>(x, x, y, n, 0, 0);
}

/** y[i] = ln x[i]. */
export function log(x: usize, y: usize, n: i32): void {
  Elementwise.run<Log>(x, x, y, n, 0, 0);
}

/** y[i] = tanh x[i]. */
export function tanh(x: usize, y: usize, n: i32): void {
  Elementwise.run<Tanh>(x, x, y, n, 0, 0);
}

/** y[i] = 1 / (1 + e^−x[i]). */
export function sigmoid(x: usize, y: usize, n: i32): void {
  Elementwise.run<Sigmoid>(x, x, y, n, 0, 0);
}

/** y[i] = ln(1 + e^x[i]). */
export function softplus(x: usize, y: usize, n: i32): void {
  Elementwise.run<Softplus>(x, x, y, n, 0, 0);
}

/**
 * x^y = 2^(y·log2 x), four at a time: as assembly/math.ts has log and exp, but with every coefficient in memory, which
 * halves the time of a loop that does nothing else (vectors.ts says why).
 *
 * The polynomials are those of Stephen Moshier's Cephes library, single/logf.c and exp2f.c (netlib.org/cephes, 1989).
 */
import { Vector } from './vectors';

const LOG = memory.data<f32>(
  [
    7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
    2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
  ],
  16,
);
const EXP2 = memory.data<f32>([1.5353362e-4, 1.3398874e-3, 9.6184374e-3, 5.5503325e-2, 2.4022648e-1, 6.931472e-1], 16);
const LOG2_E = memory.data<f32>([<f32>Math.LOG2E], 16);
/** √½ and 1 as bits, a mantissa's bits, and the bias of exponents. */
const SQRT_HALF = memory.data<u32>([0x3f3504f3, 0x3f3504f3, 0x3f3504f3, 0x3f3504f3], 16);
const DIFFERENCE = memory.data<u32>([0x004afb0d, 0x004afb0d, 0x004afb0d, 0x004afb0d], 16);
const MANTISSA = memory.data<u32>([0x7fffff, 0x7fffff, 0x7fffff, 0x7fffff], 16);
const BIAS = memory.data<u32>([127, 127, 127, 127], 16);
const LEAST = memory.data<f32>([-126, -126, -126, -126], 16);
const MOST = memory.data<f32>([127.5, 127.5, 127.5, 127.5], 16);

export class Power {
  @inline
  static step(sum: v128, x: v128, coefficient: usize): v128 {
    return f32x4.add(f32x4.mul(sum, x), v128.load32_splat(coefficient));
  }

  /** log2 x of normal x > 0: the exponent and ln(1 + m)·log2 e, 1 + m in [√½, √2). */
  @inline
  static log2(x: v128): v128 {
    const bits = i32x4.add(x, v128.load(DIFFERENCE));
    const exponent = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(bits, 23), v128.load(BIAS)));
    const mantissa = i32x4.add(v128.and(bits, v128.load(MANTISSA)), v128.load(SQRT_HALF));
    const m = f32x4.sub(mantissa, Vector.one());
    let sum = Power.step(v128.load32_splat(LOG), m, LOG + 4);
    sum = Power.step(sum, m, LOG + 8);
    sum = Power.step(sum, m, LOG + 12);
    sum = Power.step(sum, m, LOG + 16);
    sum = Power.step(sum, m, LOG + 20);
    sum = Power.step(sum, m, LOG + 24);
    sum = Power.step(sum, m, LOG + 28);
    sum = Power.step(sum, m, LOG + 32);
    const square = f32x4.mul(m, m);
    sum = f32x4.sub(f32x4.mul(f32x4.mul(sum, m), square), f32x4.mul(square, Vector.half()));
    return f32x4.add(exponent, f32x4.mul(f32x4.add(m, sum), v128.load32_splat(LOG2_E)));
  }

  /** 2^x, 0 below −126 (where all that is left is denormal), as of 127.5 above it. */
  @inline
  static exp2(x: v128): v128 {
    const bounded = f32x4.pmin(f32x4.pmax(x, v128.load(LEAST)), v128.load(MOST));
    const whole = f32x4.nearest(bounded);
    const rest = f32x4.sub(bounded, whole);
    let sum = Power.step(v128.load32_splat(EXP2), rest, EXP2 + 4);
    sum = Power.step(sum, rest, EXP2 + 8);
    sum = Power.step(sum, rest, EXP2 + 12);
    sum = Power.step(sum, rest, EXP2 + 16);
    sum = Power.step(sum, rest, EXP2 + 20);
    // Adding to the exponent's bits multiplies by 2^whole; the sum lies in [√½, √2].
    const result = i32x4.add(f32x4.add(f32x4.mul(sum, rest), Vector.one()), i32x4.shl(Vector.nearest(whole), 23));
    return v128.and(result, f32x4.gt(x, v128.load(LEAST)));
  }
}

/** Each of `count` f32 v ← 255·(v / 255)^exponent, 0 where v is not above 0. */
export function applyPowerFloats(x: usize, count: i32, exponent: f32): void {
  const power = f32x4.splat(exponent);
  const share = f32x4.splat(1 / 255.0);
  for (const end = x + ((<usize>count) << 2); x < end; x += 16) {
    const levels = v128.load(x);
    const logarithm = Power.log2(f32x4.mul(levels, share));
    const result = f32x4.mul(Power.exp2(f32x4.mul(logarithm, power)), Vector.white());
    v128.store(x, v128.and(result, f32x4.gt(levels, f32x4.splat(0))));
  }
}

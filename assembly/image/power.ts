/**
 * Powers of vectors for pictures: fewer steps than assembly/math.ts, whose last bits levels do not need. Only +, −, ×, ÷ and
 * bits, so the results are the same on every machine.
 */

// Constants stand in memory: V8 builds those of the code anew at every use.
const CONSTANTS: usize = memory.data<f32>(
  [
    // 2/ln 2 divided by 7, 5, 3, 1
    0.41219857,
    0.41219857,
    0.41219857,
    0.41219857,
    0.577078,
    0.577078,
    0.577078,
    0.577078,
    0.96179669,
    0.96179669,
    0.96179669,
    0.96179669,
    2.88539008,
    2.88539008,
    2.88539008,
    2.88539008,
    // (ln 2)^k / k! for k = 6 … 1
    0.000154035304,
    0.000154035304,
    0.000154035304,
    0.000154035304,
    0.00133335581,
    0.00133335581,
    0.00133335581,
    0.00133335581,
    0.00961812911,
    0.00961812911,
    0.00961812911,
    0.00961812911,
    0.0555041087,
    0.0555041087,
    0.0555041087,
    0.0555041087,
    0.240226507,
    0.240226507,
    0.240226507,
    0.240226507,
    <f32>Math.LN2,
    <f32>Math.LN2,
    <f32>Math.LN2,
    <f32>Math.LN2,
    // 1, the least base, the least exponent of two
    1,
    1,
    1,
    1,
    1e-30,
    1e-30,
    1e-30,
    1e-30,
    -126,
    -126,
    -126,
    -126,
    // the largest exponent of two
    127.5,
    127.5,
    127.5,
    127.5,
  ],
  16,
);
const BITS: usize = memory.data<i32>(
  [
    // 1 − √½, 127, the mantissa, √½: as bits
    0x4afb0d, 0x4afb0d, 0x4afb0d, 0x4afb0d, 127, 127, 127, 127, 0x7fffff, 0x7fffff, 0x7fffff, 0x7fffff, 0x3f3504f3,
    0x3f3504f3, 0x3f3504f3, 0x3f3504f3,
  ],
  16,
);

export class Power {
  /**
   * x^y of four f32: x ≥ 0 (0 is taken for 1e-30). Below 2^−126 the result is that, above 2^127 it is about that. Between them
   * the relative error is below 2^−22·(2 + |y·log2 x|).
   */
  @inline
  static of(x: v128, y: v128): v128 {
    const one = v128.load(CONSTANTS, 160);
    // log2 x = e + log2 m, m in [√½, √2): 2/ln 2 · artanh((m − 1)/(m + 1)).
    const bits = i32x4.add(f32x4.pmax(x, v128.load(CONSTANTS, 176)), v128.load(BITS));
    const e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(bits, 23), v128.load(BITS, 16)));
    const m = i32x4.add(v128.and(bits, v128.load(BITS, 32)), v128.load(BITS, 48));
    const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one));
    const z = f32x4.mul(s, s);
    let log = f32x4.add(f32x4.mul(v128.load(CONSTANTS), z), v128.load(CONSTANTS, 16));
    log = f32x4.add(f32x4.mul(log, z), v128.load(CONSTANTS, 32));
    log = f32x4.add(f32x4.mul(log, z), v128.load(CONSTANTS, 48));
    log = f32x4.add(f32x4.mul(log, s), e);
    // 2^t = 2^n · 2^r, |r| ≤ ½.
    const t = f32x4.pmin(f32x4.pmax(f32x4.mul(log, y), v128.load(CONSTANTS, 192)), v128.load(CONSTANTS, 208));
    const n = f32x4.nearest(t);
    const r = f32x4.sub(t, n);
    let sum = f32x4.add(f32x4.mul(v128.load(CONSTANTS, 64), r), v128.load(CONSTANTS, 80));
    sum = f32x4.add(f32x4.mul(sum, r), v128.load(CONSTANTS, 96));
    sum = f32x4.add(f32x4.mul(sum, r), v128.load(CONSTANTS, 112));
    sum = f32x4.add(f32x4.mul(sum, r), v128.load(CONSTANTS, 128));
    sum = f32x4.add(f32x4.mul(sum, r), v128.load(CONSTANTS, 144));
    sum = f32x4.add(f32x4.mul(sum, r), one);
    return f32x4.mul(sum, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), v128.load(BITS, 16)), 23));
  }
}

/** Each of `count` f32 v ← 255·(v / 255)^exponent, 0 where v is not above 0. Written in whole vectors. */
export function applyPowerFloats(x: usize, count: i32, exponent: f32): void {
  const power = f32x4.splat(exponent);
  const share = f32x4.splat(1 / 255.0);
  for (const end = x + ((<usize>count) << 2); x < end; x += 16) {
    const levels = v128.load(x);
    const result = f32x4.mul(Power.of(f32x4.mul(levels, share), power), f32x4.splat(255));
    v128.store(x, v128.and(result, f32x4.gt(levels, f32x4.splat(0))));
  }
}

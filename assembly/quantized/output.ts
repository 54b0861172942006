/**
 * How real numbers, in units of the output's scale, become levels: the one rounding of all int8 kernels.
 *   level = clamp(round(x) + zero, lo, hi), round to the nearest integer and halves to the even one
 * Adding 1.5 · 2²³ leaves no bits behind the point, so the sum's mantissa is the rounded integer. Products and sums
 * before it are rounded one by one, never fused, so that every host has the same bits. |x| < 2²²: far more than any
 * sensible scale gives, and the caller's to see to, as m·(255·Σ|w| + |bias|) < 2²² for every channel; below −1.5 · 2²³ a
 * level would come out as hi.
 */

/** 1.5 · 2²³ · the integer to take off its sum's bits · lo · hi, each in all lanes of a vector. */
const settings = memory.data<f32>([12582912, 12582912, 12582912, 12582912, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 16);

/** A vector or two on their way to a place that is shorter. */
const partBuffer = memory.data(32, 16);

export class Output {
  /** Sets the zero point and the clamp, all levels in 0…255, for the kernel call that is about to begin. */
  static set(zero: i32, lo: i32, hi: i32): void {
    v128.store(settings, i32x4.splat(0x4b400000 - zero), 16);
    v128.store(settings, i8x16.splat(<i8>lo), 32);
    v128.store(settings, i8x16.splat(<i8>hi), 48);
  }

  /**
   * What `level` needs in two vectors, loaded once where it is needed and handed over: V8 builds a literal vector anew at
   * every use, and an address takes more code than a local.
   */
  @inline
  static magic(): v128 {
    return v128.load(settings);
  }

  @inline
  static base(): v128 {
    return v128.load(settings, 16);
  }

  /** Four reals as levels not yet clamped. */
  @inline
  static level(x: v128, magic: v128, base: v128): v128 {
    return i32x4.sub(f32x4.add(x, magic), base);
  }

  /** Eight sums, times a multiplier each, as levels not yet clamped. */
  @inline
  static pair(p: v128, q: v128, m0: v128, m1: v128, magic: v128, base: v128): v128 {
    return i16x8.narrow_i32x4_s(
      Output.level(f32x4.mul(f32x4.convert_i32x4_s(p), m0), magic, base),
      Output.level(f32x4.mul(f32x4.convert_i32x4_s(q), m1), magic, base),
    );
  }

  /** Sixteen levels, clamped, from two times eight. */
  @inline
  static clamp(a: v128, b: v128): v128 {
    return i8x16.min_u(i8x16.max_u(i8x16.narrow_i16x8_u(a, b), v128.load(settings, 32)), v128.load(settings, 48));
  }

  /** Stores the first `bytes` bytes of the vectors a and b and nothing else. */
  static storePart(y: usize, a: v128, b: v128, bytes: i32): void {
    v128.store(partBuffer, a);
    v128.store(partBuffer, b, 16);
    for (let i = 0; i < bytes; i++) store<u8>(y + i, load<u8>(partBuffer + i));
  }

  /** Clamps eight levels and stores the first `left` of them, all where there are more. */
  static storeEight(y: usize, levels: v128, left: i32): void {
    const clamped = Output.clamp(levels, levels);
    if (left >= 8) v128.store64_lane(y, clamped, 0);
    else Output.storePart(y, clamped, clamped, left);
  }
}

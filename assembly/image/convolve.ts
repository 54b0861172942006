/**
 * Convolution of a picture, one output row a call. The host keeps a ring of source rows as f32, with their borders written
 * out; a row is a run of values, channels interleaved, and neighbouring outputs read neighbouring values (for strides above
 * one the host orders the columns so that this stays true). So one loop serves all filters, strides, borders and channels.
 */

/** Values that one turn of a loop makes; rows and results have room for as many behind their end. */
const BLOCK: i32 = 16;

/** target[i] = source[i] for `count` values, u8 → f32; writes whole blocks of 16. */
export function convertRow(source: usize, target: usize, count: i32): void {
  const end = source + <usize>count;
  while (source < end) {
    const bytes = v128.load(source);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const high = i16x8.extend_high_i8x16_u(bytes);
    v128.store(target, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(low)));
    v128.store(target, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(low)), 16);
    v128.store(target, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(high)), 32);
    v128.store(target, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(high)), 48);
    source += BLOCK;
    target += BLOCK << 2;
  }
}

/**
 * Pixels of a row in any order, u8 → f32: the i-th is the one `offsets[i]` bytes behind `source`.
 *   offsets: `count` i32 · `channels` values a pixel, 1–4
 */
export function gatherRow(source: usize, offsets: usize, target: usize, count: i32, channels: i32): void {
  const end = offsets + ((<usize>count) << 2);
  for (; offsets < end; offsets += 4) {
    const pixel = source + load<i32>(offsets);
    for (let channel = 0; channel < channels; channel++, target += 4) {
      store<f32>(target, <f32>load<u8>(pixel + channel));
    }
  }
}

/**
 * result[i] = Σ taps weight · value[i], i < `count`; every product and sum rounded to f32, in the order of the taps.
 *   taps: up to `tapsEnd`, pairs of u32 (address of the tap's value for i = 0) and f32 (weight)
 *   result: f32, written in whole blocks of 16
 */
export function convolveRow(taps: usize, tapsEnd: usize, result: usize, count: i32): void {
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += BLOCK << 2) {
    let sum0 = f32x4.splat(0);
    let sum1 = f32x4.splat(0);
    let sum2 = f32x4.splat(0);
    let sum3 = f32x4.splat(0);
    for (let tap = taps; tap < tapsEnd; tap += 8) {
      const value = <usize>load<u32>(tap) + at;
      const weight = v128.load32_splat(tap, 4);
      sum0 = f32x4.add(sum0, f32x4.mul(weight, v128.load(value)));
      sum1 = f32x4.add(sum1, f32x4.mul(weight, v128.load(value, 16)));
      sum2 = f32x4.add(sum2, f32x4.mul(weight, v128.load(value, 32)));
      sum3 = f32x4.add(sum3, f32x4.mul(weight, v128.load(value, 48)));
    }
    v128.store(result + at, sum0);
    v128.store(result + at, sum1, 16);
    v128.store(result + at, sum2, 32);
    v128.store(result + at, sum3, 48);
  }
}

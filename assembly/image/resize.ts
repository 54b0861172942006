/**
 * Resizing along one axis at a time. The host says for every output which inputs it is made of: i32 start, i32 length, and
 * `taps` weights, of which the first `length` count: integers of 22 fraction bits for what has to be Pillow's to the bit
 * (8-bit levels in between), f32 for the rest (one rounding at the end).
 */

const WEIGHT_BITS = 22;
const HALF: i32 = 1 << (WEIGHT_BITS - 1);

/** The sum of `length` levels, `step` bytes apart, rounded to a level. */
function levelSum(x: usize, step: usize, weights: usize, length: i32): u8 {
  let sum = HALF;
  for (; length > 0; length--, x += step, weights += 4) sum += load<i32>(weights) * <i32>load<u8>(x);
  return <u8>max<i32>(min<i32>(sum >> WEIGHT_BITS, 255), 0);
}

/** As levelSum for four neighbouring values, as bytes of a word. */
function levelSums(x: usize, step: usize, weights: usize, length: i32): u32 {
  let sums = i32x4.splat(HALF);
  for (; length > 0; length--, x += step, weights += 4) {
    const levels = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(x)));
    sums = i32x4.add(sums, i32x4.mul(levels, v128.load32_splat(weights)));
  }
  const narrow = i16x8.narrow_i32x4_s(i32x4.shr_s(sums, WEIGHT_BITS), sums);
  return i32x4.extract_lane(i8x16.narrow_i16x8_u(narrow, narrow), 0);
}

/** target [rows, count, C] ← x [rows, width, C], both u8; three and four channels as vectors, up to 3 bytes behind written. */
export function resampleAcrossLevels(
  x: usize,
  width: i32,
  rows: i32,
  channels: i32,
  axis: usize,
  taps: i32,
  count: i32,
  target: usize,
): void {
  const entry = (<usize>(taps + 2)) << 2;
  for (; rows > 0; rows--, x += <usize>(width * channels)) {
    let at = axis;
    for (let i = 0; i < count; i++, at += entry, target += channels) {
      const source = x + <usize>(load<i32>(at) * channels);
      const length = load<i32>(at, 4);
      if (channels == 3 || channels == 4) store<u32>(target, levelSums(source, channels, at + 8, length));
      else {
        for (let c = 0; c < channels; c++) store<u8>(target + c, levelSum(source + c, channels, at + 8, length));
      }
    }
  }
}

/** target [count, rowBytes] ← x [rows, rowBytes], both u8; up to 15 bytes behind are written. */
export function resampleDownLevels(x: usize, rowBytes: usize, axis: usize, taps: i32, count: i32, target: usize): void {
  for (; count > 0; count--, axis += (<usize>(taps + 2)) << 2, target += rowBytes) {
    const source = x + <usize>load<i32>(axis) * rowBytes;
    const last = axis + 8 + ((<usize>load<i32>(axis, 4)) << 2);
    for (let i: usize = 0; i < rowBytes; i += 16) {
      let sumA = i32x4.splat(HALF);
      let sumB = sumA;
      let sumC = sumA;
      let sumD = sumA;
      for (let at = axis + 8, from = source + i; at < last; at += 4, from += rowBytes) {
        const weight = v128.load32_splat(at);
        const levels = v128.load(from);
        const low = i16x8.extend_low_i8x16_u(levels);
        const high = i16x8.extend_high_i8x16_u(levels);
        sumA = i32x4.add(sumA, i32x4.mul(i32x4.extend_low_i16x8_u(low), weight));
        sumB = i32x4.add(sumB, i32x4.mul(i32x4.extend_high_i16x8_u(low), weight));
        sumC = i32x4.add(sumC, i32x4.mul(i32x4.extend_low_i16x8_u(high), weight));
        sumD = i32x4.add(sumD, i32x4.mul(i32x4.extend_high_i16x8_u(high), weight));
      }
      const narrowAB = i16x8.narrow_i32x4_s(i32x4.shr_s(sumA, WEIGHT_BITS), i32x4.shr_s(sumB, WEIGHT_BITS));
      const narrowCD = i16x8.narrow_i32x4_s(i32x4.shr_s(sumC, WEIGHT_BITS), i32x4.shr_s(sumD, WEIGHT_BITS));
      v128.store(target + i, i8x16.narrow_i16x8_u(narrowAB, narrowCD));
    }
  }
}

class Values {
  @inline
  static four(x: usize, isFloat: i32): v128 {
    if (isFloat) return v128.load(x);
    return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(x))));
  }

  @inline
  static one(x: usize, isFloat: i32): f32 {
    return isFloat ? load<f32>(x) : <f32>load<u8>(x);
  }
}

/** target [rows, count, C], f32 ← x [rows, width, C]; with three channels up to 4 bytes behind are written. */
export function resampleAcross(
  x: usize,
  width: i32,
  rows: i32,
  channels: i32,
  isFloat: i32,
  axis: usize,
  taps: i32,
  count: i32,
  target: usize,
): void {
  const entry = (<usize>(taps + 2)) << 2;
  const pixel = <usize>(isFloat ? channels << 2 : channels);
  for (; rows > 0; rows--, x += <usize>width * pixel) {
    let at = axis;
    for (let i = 0; i < count; i++, at += entry, target += (<usize>channels) << 2) {
      const source = x + <usize>load<i32>(at) * pixel;
      const last = at + 8 + ((<usize>load<i32>(at, 4)) << 2);
      if (channels == 3 || channels == 4) {
        let sums = f32x4.splat(0);
        for (let weight = at + 8, from = source; weight < last; weight += 4, from += pixel) {
          sums = f32x4.add(sums, f32x4.mul(Values.four(from, isFloat), v128.load32_splat(weight)));
        }
        v128.store(target, sums);
        continue;
      }
      for (let c = 0; c < channels; c++) {
        let sum: f32 = 0;
        let from = source + (isFloat ? c << 2 : c);
        for (let weight = at + 8; weight < last; weight += 4, from += pixel) {
          sum += Values.one(from, isFloat) * load<f32>(weight);
        }
        store<f32>(target + ((<usize>c) << 2), sum);
      }
    }
  }
}

/** target [count, values] ← x [rows, values] of f32; u8 unless isFloat: floor(v + ½), clipped. Up to 12 bytes behind are written. */
export function resampleDown(
  x: usize,
  values: i32,
  axis: usize,
  taps: i32,
  count: i32,
  target: usize,
  isFloat: i32,
): void {
  const row = (<usize>values) << 2;
  for (; count > 0; count--, axis += (<usize>(taps + 2)) << 2) {
    const source = x + <usize>load<i32>(axis) * row;
    const last = axis + 8 + ((<usize>load<i32>(axis, 4)) << 2);
    for (let i: usize = 0; i < row; i += 16) {
      let sums = f32x4.splat(0);
      for (let weight = axis + 8, from = source + i; weight < last; weight += 4, from += row) {
        sums = f32x4.add(sums, f32x4.mul(v128.load(from), v128.load32_splat(weight)));
      }
      if (isFloat) {
        v128.store(target + i, sums);
        continue;
      }
      const levels = i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(sums, f32x4.splat(0.5))));
      const narrow = i16x8.narrow_i32x4_s(levels, levels);
      v128.store32_lane(target + (i >> 2), i8x16.narrow_i16x8_u(narrow, narrow), 0);
    }
    target += isFloat ? row : values;
  }
}

/**
 * One pixel at any position of the source, whatever its border, interpolation, channels and type. Positions and weights are
 * f32, each operation rounded on its own, so the bytes are the same everywhere.
 */
import { borderIndex } from './border';
import { source } from './source';

export const NEAREST = 0;
export const BILINEAR = 1;

/** Addresses of up to 16 taps, row by row, and their weights. */
const ADDRESSES: usize = memory.data(64, 16);
const WEIGHTS: usize = memory.data(64, 16);
/** Offsets of up to four columns; −1 is outside. Weights of columns and rows. */
const COLUMNS: usize = memory.data(16, 16);
const ACROSS: usize = memory.data(16, 16);
const DOWN: usize = memory.data(16, 16);

/** Farther out is no place of a picture. Casts to i32 stay in range; a NaN, as on the horizon of a perspective, is far out. */
const FAR: f32 = 1e6;

class Place {
  @inline
  static within(place: f32): f32 {
    return place >= -FAR ? min<f32>(place, FAR) : -FAR;
  }
}

/**
 * Four f32 ← the weights of bicubic convolution (Keys 1981, a = −0.75 as OpenCV's) at distances 1 + t, t, 1 − t, 2 − t;
 * their polynomials with a in them.
 */
function cubicWeights(t: f32, target: usize): void {
  const u: f32 = 1 - t;
  store<f32>(target, ((-0.75 * (t + 1) + 3.75) * (t + 1) - 6) * (t + 1) + 3);
  store<f32>(target, (1.25 * t - 2.25) * t * t + 1, 4);
  store<f32>(target, (1.25 * u - 2.25) * u * u + 1, 8);
  store<f32>(target, ((-0.75 * (u + 1) + 3.75) * (u + 1) - 6) * (u + 1) + 3, 12);
}

function pairWeights(t: f32, target: usize): void {
  store<f32>(target, 1 - t);
  store<f32>(target, t, 4);
}

function pixelBytes(): i32 {
  return source.isFloat ? source.channels << 2 : source.channels;
}

/** Addresses of reach × reach taps from (column, row) on. */
function placeTaps(column: i32, row: i32, reach: i32): void {
  const s = source;
  const pixel = pixelBytes();
  const stride = s.width * pixel;
  let at = ADDRESSES;
  if (column >= 0 && row >= 0 && column + reach <= s.width && row + reach <= s.height) {
    let line = s.ptr + <usize>(row * stride + column * pixel);
    for (let i = 0; i < reach; i++, line += stride) {
      for (let j = 0, tap = line; j < reach; j++, at += 4, tap += pixel) store<u32>(at, <u32>tap);
    }
    return;
  }
  for (let j = 0; j < reach; j++) {
    const x = borderIndex(column + j, s.width, s.border);
    store<i32>(COLUMNS + (j << 2), x < 0 ? -1 : x * pixel);
  }
  for (let i = 0; i < reach; i++) {
    const y = borderIndex(row + i, s.height, s.border);
    const line = s.ptr + <usize>(y * stride);
    for (let j = 0; j < reach; j++, at += 4) {
      const offset = load<i32>(COLUMNS + (j << 2));
      store<u32>(at, <u32>(offset < 0 || y < 0 ? s.fill : line + offset));
    }
  }
}

class Sum {
  /** Four channels from `channel` on, of all taps. */
  @inline
  static four(taps: i32, channel: i32, isFloat: i32): v128 {
    const bytes = taps << 2;
    let sum = f32x4.splat(0);
    for (let at = 0; at < bytes; at += 4) {
      const tap = <usize>load<u32>(ADDRESSES + at);
      const values = isFloat
        ? v128.load(tap + (channel << 2))
        : f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(tap + channel))));
      sum = f32x4.add(sum, f32x4.mul(values, v128.load32_splat(WEIGHTS + at)));
    }
    return sum;
  }

  @inline
  static one(taps: i32, channel: i32, isFloat: i32): f32 {
    const bytes = taps << 2;
    let sum: f32 = 0;
    for (let at = 0; at < bytes; at += 4) {
      const tap = <usize>load<u32>(ADDRESSES + at);
      const value = isFloat ? load<f32>(tap + (channel << 2)) : <f32>load<u8>(tap + channel);
      sum += value * load<f32>(WEIGHTS + at);
    }
    return sum;
  }
}

function sumFloats(taps: i32, channels: i32, target: usize): void {
  let channel = 0;
  for (; channel + 3 <= channels; channel += 4) v128.store(target + (channel << 2), Sum.four(taps, channel, 1));
  for (; channel < channels; channel++) store<f32>(target + (channel << 2), Sum.one(taps, channel, 1));
}

function sumLevels(taps: i32, channels: i32, target: usize): void {
  let channel = 0;
  for (; channel + 3 <= channels; channel += 4) {
    const sum = f32x4.floor(f32x4.add(Sum.four(taps, channel, 0), f32x4.splat(0.5)));
    const levels = i32x4.trunc_sat_f32x4_s(sum);
    const narrow = i16x8.narrow_i32x4_s(levels, levels);
    v128.store32_lane(target + channel, i8x16.narrow_i16x8_u(narrow, narrow), 0);
  }
  for (; channel < channels; channel++) {
    const sum = floor<f32>(Sum.one(taps, channel, 0) + 0.5);
    store<u8>(target + channel, <u8>max<f32>(min<f32>(sum, 255), 0));
  }
}

/**
 * target ← the source at position (x, y), 0 at the centre of the first pixel. Where a fourth channel is missing, its place
 * behind the target is written too.
 */
export function sample(x: f32, y: f32, target: usize): void {
  const s = source;
  x = Place.within(x);
  y = Place.within(y);
  if (s.interpolation == NEAREST) {
    placeTaps(<i32>floor<f32>(x + 0.5), <i32>floor<f32>(y + 0.5), 1);
    memory.copy(target, <usize>load<u32>(ADDRESSES), pixelBytes());
    return;
  }
  const left = floor<f32>(x);
  const top = floor<f32>(y);
  const isCubic = s.interpolation != BILINEAR;
  const reach = isCubic ? 4 : 2;
  const before = isCubic ? 1 : 0;
  placeTaps(<i32>left - before, <i32>top - before, reach);
  if (isCubic) {
    cubicWeights(x - left, ACROSS);
    cubicWeights(y - top, DOWN);
    const across = v128.load(ACROSS);
    for (let i: usize = 0; i < 16; i += 4) {
      v128.store(WEIGHTS + (i << 2), f32x4.mul(across, v128.load32_splat(DOWN + i)));
    }
  } else {
    pairWeights(x - left, ACROSS);
    pairWeights(y - top, DOWN);
    for (let i: usize = 0; i < 8; i += 4) {
      const down = load<f32>(DOWN + i);
      store<f32>(WEIGHTS + (i << 1), load<f32>(ACROSS) * down);
      store<f32>(WEIGHTS + (i << 1), load<f32>(ACROSS, 4) * down, 4);
    }
  }
  if (s.isFloat) sumFloats(reach * reach, s.channels, target);
  else sumLevels(reach * reach, s.channels, target);
}

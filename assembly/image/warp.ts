/**
 * Resampling along a matrix or a field, any border, interpolation, channel count and type. Positions and weights are f32,
 * each operation rounded on its own, so the bytes are the same everywhere.
 */

import { borderIndex } from './border';
import { setSource, source } from './source';
import { warpLevels, warpLevelsByField } from './warp-levels';

const NEAREST = 0;
const BILINEAR = 1;

/** Bicubic convolution of Keys (1981) with OpenCV's a. */
const CUBIC: f32 = -0.75;

/** Address of pixel (row, column), which may lie outside. */
function pixelAt(column: i32, row: i32): usize {
  const s = source;
  const x = borderIndex(column, s.width, s.border);
  const y = borderIndex(row, s.height, s.border);
  if (x < 0 || y < 0) return s.fill;
  const index = <usize>((y * s.width + x) * s.channels);
  return s.ptr + (s.isFloat ? index << 2 : index);
}

function value(pixel: usize, channel: i32): f32 {
  return source.isFloat ? load<f32>(pixel + ((<usize>channel) << 2)) : <f32>load<u8>(pixel + channel);
}

function put(target: usize, channel: i32, sum: f32): void {
  if (source.isFloat) store<f32>(target + ((<usize>channel) << 2), sum);
  else store<u8>(target + channel, <u8>max<f32>(min<f32>(floor<f32>(sum + 0.5), 255), 0));
}

class Place {
  @inline
  static within(place: f32): f32 {
    const limit: f32 = 1e6;
    return place >= -limit ? min<f32>(place, limit) : -limit;
  }
}

function cubicWeight(distance: f32): f32 {
  const t = abs<f32>(distance);
  if (t <= 1) return ((CUBIC + 2) * t - (CUBIC + 3)) * t * t + 1;
  if (t < 2) return ((CUBIC * t - 5 * CUBIC) * t + 8 * CUBIC) * t - 4 * CUBIC;
  return 0;
}

/** target ← the picture at sample position (x, y), 0 at the centre of the first pixel. */
function sample(x: f32, y: f32, target: usize): void {
  const s = source;
  // Casts to i32 stay in range; a NaN, as on the horizon of a perspective, becomes a place far out.
  x = Place.within(x);
  y = Place.within(y);
  if (s.interpolation == NEAREST) {
    const pixel = pixelAt(<i32>floor<f32>(x + 0.5), <i32>floor<f32>(y + 0.5));
    memory.copy(target, pixel, s.isFloat ? s.channels << 2 : s.channels);
    return;
  }
  const left = floor<f32>(x);
  const top = floor<f32>(y);
  const fx = x - left;
  const fy = y - top;
  const column = <i32>left;
  const row = <i32>top;
  if (s.interpolation == BILINEAR) {
    const p00 = pixelAt(column, row);
    const p10 = pixelAt(column + 1, row);
    const p01 = pixelAt(column, row + 1);
    const p11 = pixelAt(column + 1, row + 1);
    for (let c = 0; c < s.channels; c++) {
      const upper = value(p00, c) + (value(p10, c) - value(p00, c)) * fx;
      const lower = value(p01, c) + (value(p11, c) - value(p01, c)) * fx;
      put(target, c, upper + (lower - upper) * fy);
    }
    return;
  }
  for (let c = 0; c < s.channels; c++) {
    let sum: f32 = 0;
    for (let i = -1; i < 3; i++) {
      let line: f32 = 0;
      for (let j = -1; j < 3; j++) {
        line += cubicWeight(fx - <f32>j) * value(pixelAt(column + j, row + i), c);
      }
      sum += cubicWeight(fy - <f32>i) * line;
    }
    put(target, c, sum);
  }
}

/** Whether warp-levels.ts has the kernel. */
function isFast(): bool {
  const s = source;
  return !s.isFloat && s.interpolation == BILINEAR && (s.channels == 1 || s.channels == 3 || s.channels == 4);
}

/**
 * target [targetHeight, targetWidth, C] ← x [H,W,C] at m·(j + ½, i + ½) − ½, with m the matrix from target to source.
 *   isFloat: 1 for f32, 0 for u8 · interpolation: 0 nearest, 1 bilinear, 2 bicubic · border: as in engine/image/border.ts
 *   fill: a pixel of the picture's type
 */
export function warpMatrix(
  x: usize,
  width: i32,
  height: i32,
  channels: i32,
  isFloat: i32,
  target: usize,
  targetWidth: i32,
  targetHeight: i32,
  m0: f64,
  m1: f64,
  m2: f64,
  m3: f64,
  m4: f64,
  m5: f64,
  m6: f64,
  m7: f64,
  m8: f64,
  interpolation: i32,
  border: i32,
  fill: usize,
): void {
  setSource(x, width, height, channels, isFloat, interpolation, border, fill);
  if (isFast()) {
    warpLevels(target, targetWidth, targetHeight, m0, m1, m2, m3, m4, m5, m6, m7, m8);
    return;
  }
  const pixelBytes = isFloat ? channels << 2 : channels;
  for (let i = 0; i < targetHeight; i++) {
    const v = <f64>i + 0.5;
    for (let j = 0; j < targetWidth; j++, target += pixelBytes) {
      const u = <f64>j + 0.5;
      const w = m6 * u + m7 * v + m8;
      sample(<f32>((m0 * u + m1 * v + m2) / w - 0.5), <f32>((m3 * u + m4 * v + m5) / w - 0.5), target);
    }
  }
}

/** target [H,W,C] ← x [H,W,C] at (j, i) − field; field: two f32 planes [H,W], x then y. Else as warpMatrix. */
export function warpField(
  x: usize,
  width: i32,
  height: i32,
  channels: i32,
  isFloat: i32,
  target: usize,
  field: usize,
  interpolation: i32,
  border: i32,
  fill: usize,
): void {
  setSource(x, width, height, channels, isFloat, interpolation, border, fill);
  if (isFast()) {
    warpLevelsByField(target, field);
    return;
  }
  const pixelBytes = isFloat ? channels << 2 : channels;
  const plane = (<usize>(width * height)) << 2;
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++, target += pixelBytes, field += 4) {
      sample(<f32>j - load<f32>(field), <f32>i - load<f32>(field + plane), target);
    }
  }
}

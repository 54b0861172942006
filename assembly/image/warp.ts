/** Resampling along a matrix or a field, any border, interpolation, channel count and type. */
import { BILINEAR, NEAREST, sample } from './sample';
import { setSource, source } from './source';
import { warpLevels, warpLevelsByField } from './warp-levels';

/** Whether warp-levels.ts has the kernel. */
function isFast(): bool {
  const s = source;
  const isKind = s.interpolation == BILINEAR || s.interpolation == NEAREST;
  return !s.isFloat && isKind && (s.channels == 1 || s.channels == 3 || s.channels == 4);
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
  setSource(x, width, height, channels, isFloat, border, fill);
  source.interpolation = interpolation;
  if (isFast()) {
    warpLevels(target, targetWidth, targetHeight, m0, m1, m2, m3, m4, m5, m6, m7, m8);
    return;
  }
  const pixelBytes = isFloat ? channels << 2 : channels;
  const isAffine = m6 == 0 && m7 == 0 && m8 == 1;
  for (let i = 0; i < targetHeight; i++) {
    const v = <f64>i + 0.5;
    for (let j = 0; j < targetWidth; j++, target += pixelBytes) {
      const u = <f64>j + 0.5;
      let x = m0 * u + m1 * v + m2;
      let y = m3 * u + m4 * v + m5;
      if (!isAffine) {
        const w = m6 * u + m7 * v + m8;
        x /= w;
        y /= w;
      }
      sample(<f32>(x - 0.5), <f32>(y - 0.5), target);
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
  setSource(x, width, height, channels, isFloat, border, fill);
  source.interpolation = interpolation;
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

/** Blurs that come apart into columns and rows, with symmetric weights, in f32. */
import { loadRow, magicPlace, padRow, planPads, rowBytes } from './filter-rows';
import { setSource } from './source';

/** Rows blurred at a time; even. More of them convert fewer rows twice, fewer stay in the cache. */
const BAND: i32 = 64;

/** Bytes of scratch that `blur` needs. */
export function blurScratch(width: i32, channels: i32, radius: i32): i32 {
  const band = rowBytes(width * channels, 4) * (BAND + 1 + 2 * radius);
  return band + 2 * rowBytes((width + 2 * radius) * channels, 4) + (radius + 1) * 16 + 2 * radius * 4 + 64;
}

/**
 * target [H,W,C] ← x blurred down and across with the same symmetric weights, in f32; u8 is rounded half to even.
 *   weights: f32, radius + 1 of them from the middle on, of a filter whose sum is 1 · radius ≥ 1
 *   scratch: as blurScratch says · fill: a pixel of the picture's type
 */
export function blur(
  x: usize,
  width: i32,
  height: i32,
  channels: i32,
  isFloat: i32,
  target: usize,
  weights: usize,
  radius: i32,
  border: i32,
  fill: usize,
  scratch: usize,
): void {
  setSource(x, width, height, channels, isFloat, border, fill);
  const pads = scratch;
  const splats = (pads + ((<usize>radius) << 3) + 15) & ~15;
  const line = splats + ((<usize>radius + 1) << 4);
  const lineBytes = rowBytes((width + 2 * radius) * channels, 4);
  const band = line + 2 * lineBytes;
  const count = width * channels;
  const stride = rowBytes(count, 4);
  const pixel = channels << 2;
  const first = line + radius * pixel;
  planPads(pads, radius, radius);
  for (let i = 0; i <= radius; i++) v128.store(splats + (i << 4), v128.load32_splat(weights + (i << 2)));

  for (let top = 0; top < height; top += BAND) {
    const rows = min(BAND, height - top);
    // A row more than an odd number of rows needs, since two are made at a time.
    for (let i = -radius; i <= rows + radius; i++) loadRow<f32>(top + i, band + (i + radius) * stride);
    for (let y = 0; y < rows; y += 2) {
      columnsOfTwo(band + (y + radius) * stride, stride, first, lineBytes, count, splats, line);
      for (let k = 0; k < min(2, rows - y); k++) {
        const row = first + k * lineBytes;
        padRow<f32>(row, pads, radius, radius);
        if (isFloat) acrossFloat(row, target + ((<usize>((top + y + k) * count)) << 2), count, splats, line, pixel);
        else across(row, target + (top + y + k) * count, count, splats, line, pixel);
      }
    }
  }
}

/**
 * Two rows of sums down the columns: row[0] at `x` and the one below it; stride: bytes of a row of x, toStride: of `to`.
 * The rows between share their loads.
 */
function columnsOfTwo(
  x: usize,
  stride: usize,
  to: usize,
  toStride: usize,
  count: i32,
  weights: usize,
  weightsEnd: usize,
): void {
  for (const end = x + ((<usize>count) << 2); x < end; x += 32, to += 32) {
    let weight = v128.load(weights);
    let upperA = v128.load(x);
    let upperB = v128.load(x, 16);
    let down = x + stride;
    let lowerA = v128.load(down);
    let lowerB = v128.load(down, 16);
    let a = f32x4.mul(upperA, weight);
    let b = f32x4.mul(upperB, weight);
    let c = f32x4.mul(lowerA, weight);
    let d = f32x4.mul(lowerB, weight);
    let up = x - stride;
    down += stride;
    for (let at = weights + 16; at < weightsEnd; at += 16, up -= stride, down += stride) {
      weight = v128.load(at);
      const nextA = v128.load(up);
      const nextB = v128.load(up, 16);
      a = f32x4.add(a, f32x4.mul(f32x4.add(nextA, lowerA), weight));
      b = f32x4.add(b, f32x4.mul(f32x4.add(nextB, lowerB), weight));
      lowerA = v128.load(down);
      lowerB = v128.load(down, 16);
      c = f32x4.add(c, f32x4.mul(f32x4.add(upperA, lowerA), weight));
      d = f32x4.add(d, f32x4.mul(f32x4.add(upperB, lowerB), weight));
      upperA = nextA;
      upperB = nextB;
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to + toStride, c);
    v128.store(to + toStride, d, 16);
  }
}

/** Sums along a row, whose pads are written, as u8. */
function across(x: usize, target: usize, count: i32, weights: usize, weightsEnd: usize, pixel: usize): void {
  const magic = v128.load(magicPlace);
  for (const end = target + count; target < end; x += 64, target += 16) {
    let weight = v128.load(weights);
    let a = f32x4.mul(v128.load(x), weight);
    let b = f32x4.mul(v128.load(x, 16), weight);
    let c = f32x4.mul(v128.load(x, 32), weight);
    let d = f32x4.mul(v128.load(x, 48), weight);
    let left = x - pixel;
    let right = x + pixel;
    for (let at = weights + 16; at < weightsEnd; at += 16, left -= pixel, right += pixel) {
      weight = v128.load(at);
      a = f32x4.add(a, f32x4.mul(f32x4.add(v128.load(left), v128.load(right)), weight));
      b = f32x4.add(b, f32x4.mul(f32x4.add(v128.load(left, 16), v128.load(right, 16)), weight));
      c = f32x4.add(c, f32x4.mul(f32x4.add(v128.load(left, 32), v128.load(right, 32)), weight));
      d = f32x4.add(d, f32x4.mul(f32x4.add(v128.load(left, 48), v128.load(right, 48)), weight));
    }
    const first = i16x8.narrow_i32x4_s(i32x4.sub(f32x4.add(a, magic), magic), i32x4.sub(f32x4.add(b, magic), magic));
    const second = i16x8.narrow_i32x4_s(i32x4.sub(f32x4.add(c, magic), magic), i32x4.sub(f32x4.add(d, magic), magic));
    v128.store(target, i8x16.narrow_i16x8_u(first, second));
  }
}

/** As `across`, left as f32. */
function acrossFloat(x: usize, target: usize, count: i32, weights: usize, weightsEnd: usize, pixel: usize): void {
  for (const end = target + ((<usize>count) << 2); target < end; x += 32, target += 32) {
    let weight = v128.load(weights);
    let a = f32x4.mul(v128.load(x), weight);
    let b = f32x4.mul(v128.load(x, 16), weight);
    let left = x - pixel;
    let right = x + pixel;
    for (let at = weights + 16; at < weightsEnd; at += 16, left -= pixel, right += pixel) {
      weight = v128.load(at);
      a = f32x4.add(a, f32x4.mul(f32x4.add(v128.load(left), v128.load(right)), weight));
      b = f32x4.add(b, f32x4.mul(f32x4.add(v128.load(left, 16), v128.load(right, 16)), weight));
    }
    v128.store(target, a);
    v128.store(target, b, 16);
  }
}

/**
 * Correlation of a picture with a filter, every channel on its own, anchor in the centre (the element behind it for even
 * sides), any border, type and channel count. As many source rows as the filter is high are held in a ring; three inner
 * loops: exact i16 where weights are whole numbers whose sums fit, 3×3 in f32, and any filter in f32, product by product.
 */
import { smallRow, smallRowShort } from './correlate-small';
import { loadRow, magicPlace, padRow, planPads, rowBytes } from './filter-rows';
import { setSource } from './source';

/** The ends of u8. */
const levelEnds = memory.data<f32>([0, 0, 0, 0, 255, 255, 255, 255]);

/** Where the rows of the ring lie: `rows` slots of `stride` bytes. */
@unmanaged
class Ring {
  start: usize;
  stride: i32;
  rows: i32;
  top: i32;
}

const ring = changetype<Ring>(memory.data(16, 16));

/** Pixel 0 of the source's row `row`. */
function slot(row: i32): usize {
  return ring.start + <usize>((row + ring.top) % ring.rows) * ring.stride;
}

/** Bytes of scratch that `correlate` needs. */
export function correlateScratch(width: i32, channels: i32, filterWidth: i32, filterHeight: i32): i32 {
  const row = rowBytes((width + filterWidth) * channels, 4);
  return row * filterHeight + filterWidth * filterHeight * 8 + filterWidth * 4 + 9 * 16 + 64;
}

/** Whether sums are exact in i16: whole weights, Σ|w|·255 within its range. */
function fitsShort(weights: usize, count: i32): bool {
  let sum: f32 = 0;
  for (let i = 0; i < count; i++) {
    const weight = load<f32>(weights + ((<usize>i) << 2));
    if (floor<f32>(weight) != weight) return false;
    sum += abs<f32>(weight);
  }
  return sum * 255 <= 32767;
}

/** Whether sums round by `magicPlace` without being clipped first. */
function roundsUnclipped(weights: usize, count: i32): bool {
  let sum: f32 = 0;
  for (let i = 0; i < count; i++) sum += abs<f32>(load<f32>(weights + ((<usize>i) << 2)));
  return sum * 255 < 2097152;
}

/**
 * target [H,W,C] ← Σ weights · x. The result is u8, rounded half to even and clipped, or f32 with `toFloat`, which f32
 * pictures need.
 *   weights: f32 [filterHeight, filterWidth] · scratch: as correlateScratch says · fill: a pixel of the picture's type
 */
export function correlate(
  x: usize,
  width: i32,
  height: i32,
  channels: i32,
  isFloat: i32,
  target: usize,
  toFloat: i32,
  weights: usize,
  filterWidth: i32,
  filterHeight: i32,
  border: i32,
  fill: usize,
  scratch: usize,
): void {
  setSource(x, width, height, channels, isFloat, border, fill);
  const count = filterWidth * filterHeight;
  if (!toFloat && fitsShort(weights, count)) {
    correlateRows<i16>(width, height, channels, target, 0, weights, filterWidth, filterHeight, scratch);
  } else {
    correlateRows<f32>(width, height, channels, target, toFloat, weights, filterWidth, filterHeight, scratch);
  }
}

function correlateRows<T>(
  width: i32,
  height: i32,
  channels: i32,
  target: usize,
  toFloat: i32,
  weights: usize,
  filterWidth: i32,
  filterHeight: i32,
  scratch: usize,
): void {
  const left = filterWidth >> 1;
  const right = filterWidth - 1 - left;
  const pixel = channels * sizeof<T>();
  const isSmall =
    filterWidth == 3 && filterHeight == 3 && !toFloat && (sizeof<T>() == 2 || roundsUnclipped(weights, 9));
  const pads = scratch;
  const splats = (pads + ((<usize>filterWidth) << 2) + 15) & ~15;
  const taps = splats + 9 * 16;
  const first = (taps + ((<usize>(filterWidth * filterHeight)) << 3) + 15) & ~15;
  planPads(pads, left, right);
  ring.stride = rowBytes((width + filterWidth) * channels, sizeof<T>());
  ring.start = first + left * pixel;
  ring.rows = filterHeight;
  ring.top = filterHeight >> 1;
  if (isSmall) writeSplats<T>(splats, weights);

  const count = width * channels;
  const targetStride = toFloat ? count << 2 : count;
  let next = -ring.top;
  for (let y = 0; y < height; y++, target += targetStride) {
    for (const end = y - ring.top + filterHeight; next < end; next++) {
      const row = slot(next);
      loadRow<T>(next, row);
      padRow<T>(row, pads, left, right);
    }
    if (isSmall) {
      if (sizeof<T>() == 2) smallRowShort(slot(y - 1), slot(y), slot(y + 1), target, count, splats, pixel);
      else smallRow(slot(y - 1), slot(y), slot(y + 1), target, count, splats, pixel);
      continue;
    }
    const end = writeTaps<T>(taps, weights, filterWidth, filterHeight, y - ring.top, left, pixel);
    if (sizeof<T>() == 2) anyRowShort(taps, end, target, count);
    else if (toFloat) Any.row(taps, end, target, count, true);
    else Any.row(taps, end, target, count, false);
  }
}

/** Nine weights, each in all lanes. */
function writeSplats<T>(splats: usize, weights: usize): void {
  for (let i = 0; i < 9; i++, splats += 16, weights += 4) {
    if (sizeof<T>() == 2) v128.store(splats, i16x8.splat(<i16>load<f32>(weights)));
    else v128.store(splats, v128.load32_splat(weights));
  }
}

/** Pairs of u32 (address of the tap's value for the first of a row) and the weight, zeros left out; returns their end. */
function writeTaps<T>(
  taps: usize,
  weights: usize,
  filterWidth: i32,
  filterHeight: i32,
  top: i32,
  left: i32,
  pixel: i32,
): usize {
  for (let ky = 0; ky < filterHeight; ky++) {
    let value = slot(top + ky) - left * pixel;
    for (let kx = 0; kx < filterWidth; kx++, value += pixel, weights += 4) {
      const weight = load<f32>(weights);
      if (weight == 0) continue;
      store<u32>(taps, <u32>value);
      if (sizeof<T>() == 2) store<i16>(taps, <i16>weight, 4);
      else store<f32>(taps, weight, 4);
      taps += 8;
    }
  }
  return taps;
}

class Any {
  /** Any filter in f32; `toFloat` is a literal. */
  @inline
  static row(taps: usize, tapsEnd: usize, target: usize, count: i32, toFloat: bool): void {
    const magic = v128.load(magicPlace);
    const low = v128.load(levelEnds);
    const high = v128.load(levelEnds, 16);
    for (let at: usize = 0, end = (<usize>count) << 2; at < end; at += 64) {
      let sum0 = i32x4.splat(0);
      let sum1 = i32x4.splat(0);
      let sum2 = i32x4.splat(0);
      let sum3 = i32x4.splat(0);
      for (let tap = taps; tap < tapsEnd; tap += 8) {
        const value = <usize>load<u32>(tap) + at;
        const weight = v128.load32_splat(tap, 4);
        sum0 = f32x4.add(sum0, f32x4.mul(weight, v128.load(value)));
        sum1 = f32x4.add(sum1, f32x4.mul(weight, v128.load(value, 16)));
        sum2 = f32x4.add(sum2, f32x4.mul(weight, v128.load(value, 32)));
        sum3 = f32x4.add(sum3, f32x4.mul(weight, v128.load(value, 48)));
      }
      if (toFloat) {
        const to = target + at;
        v128.store(to, sum0);
        v128.store(to, sum1, 16);
        v128.store(to, sum2, 32);
        v128.store(to, sum3, 48);
      } else {
        sum0 = f32x4.add(f32x4.pmin(f32x4.pmax(sum0, low), high), magic);
        sum1 = f32x4.add(f32x4.pmin(f32x4.pmax(sum1, low), high), magic);
        sum2 = f32x4.add(f32x4.pmin(f32x4.pmax(sum2, low), high), magic);
        sum3 = f32x4.add(f32x4.pmin(f32x4.pmax(sum3, low), high), magic);
        const first = i16x8.narrow_i32x4_s(i32x4.sub(sum0, magic), i32x4.sub(sum1, magic));
        const second = i16x8.narrow_i32x4_s(i32x4.sub(sum2, magic), i32x4.sub(sum3, magic));
        v128.store(target + (at >> 2), i8x16.narrow_i16x8_u(first, second));
      }
    }
  }
}

/** Any filter whose sums are exact in i16. */
function anyRowShort(taps: usize, tapsEnd: usize, target: usize, count: i32): void {
  for (let at: usize = 0, end = (<usize>count) << 1; at < end; at += 32) {
    let sum0 = i32x4.splat(0);
    let sum1 = i32x4.splat(0);
    for (let tap = taps; tap < tapsEnd; tap += 8) {
      const value = <usize>load<u32>(tap) + at;
      const weight = v128.load16_splat(tap, 4);
      sum0 = i16x8.add(sum0, i16x8.mul(weight, v128.load(value)));
      sum1 = i16x8.add(sum1, i16x8.mul(weight, v128.load(value, 16)));
    }
    v128.store(target + (at >> 1), i8x16.narrow_i16x8_u(sum0, sum1));
  }
}

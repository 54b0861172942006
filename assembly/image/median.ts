/**
 * The median of a window, every channel on its own. 3×3 and 5×5 by networks of minima and maxima in vectors; larger windows
 * of u8 by a histogram that slides along (Huang, Yang and Tang 1979), whose cost grows with the side of the window, of f32
 * by counting.
 */
import { loadRow, padRow, planPads, rowBytes, setSource } from './filter-rows';
import { rowOfFive, rowOfThree } from './median-networks';

/** Bytes of scratch that `median` needs. */
export function medianScratch(width: i32, channels: i32, size: i32): i32 {
  // As many again for the sorted columns of 5×5.
  const rows = rowBytes((width + size) * channels, 4) * (size == 5 ? 10 : size);
  return rows + HISTOGRAM_BYTES + size * 8 + 64;
}

/** 256 counts behind 16 counts of 16 levels each, i32. */
const HISTOGRAM_BYTES = (256 + 16) * 4;

/**
 * target [H,W,C] ← the middle of the size × size values around each.
 *   size: odd, ≥ 3 · scratch: as medianScratch says · fill: a pixel of the picture's type
 */
export function median(
  x: usize,
  width: i32,
  height: i32,
  channels: i32,
  isFloat: i32,
  target: usize,
  size: i32,
  border: i32,
  fill: usize,
  scratch: usize,
): void {
  setSource(x, width, height, channels, isFloat, border, fill);
  if (isFloat) medianRows<f32>(width, height, channels, target, size, scratch);
  else medianRows<u8>(width, height, channels, target, size, scratch);
}

function medianRows<T>(width: i32, height: i32, channels: i32, target: usize, size: i32, scratch: usize): void {
  const radius = size >> 1;
  const pixel = <usize>channels * sizeof<T>();
  const count = width * channels;
  const stride = <usize>rowBytes((width + size) * channels, sizeof<T>());
  const pads = scratch;
  // Addresses of the rows of a window, from the top; each points to the leftmost value outside.
  const rows = pads + ((<usize>size) << 2);
  const histogram = (rows + ((<usize>size) << 2) + 15) & ~15;
  const ring = histogram + HISTOGRAM_BYTES;
  const sorted = ring + <usize>size * stride;
  planPads(pads, radius, radius);
  let next = -radius;
  for (let y = 0; y < height; y++, target += <usize>count * sizeof<T>()) {
    for (; next <= y + radius; next++) {
      const row = ring + <usize>((next + radius) % size) * stride + <usize>radius * pixel;
      loadRow<T>(next, row);
      padRow<T>(row, pads, radius, radius);
      if (sizeof<T>() == 4 && size > 5) keysOf(row - <usize>radius * pixel, <usize>(width + size - 1) * pixel);
    }
    for (let k = 0; k < size; k++) {
      store<u32>(rows + ((<usize>k) << 2), <u32>(ring + <usize>((y + k) % size) * stride));
    }
    if (size == 3) rowOfThree<T>(rows, target, count, pixel);
    else if (size == 5) rowOfFive<T>(rows, target, count, pixel, stride, sorted);
    else if (sizeof<T>() == 4) rowByBits(rows, target, count, pixel, size);
    else {
      for (let c = 0; c < channels; c++) histogramRow(rows, c, target + c, width, pixel, size, histogram);
    }
  }
}

/** One channel of a row of u8. */
function histogramRow(
  rows: usize,
  offset: usize,
  target: usize,
  width: i32,
  pixel: usize,
  size: i32,
  histogram: usize,
): void {
  const fine = histogram + 64;
  const half = (size * size) >> 1;
  memory.fill(histogram, 0, HISTOGRAM_BYTES);
  const rowsEnd = rows + ((<usize>size) << 2);
  const reach = <usize>size * pixel;
  for (let row = rows; row < rowsEnd; row += 4) {
    for (let at = <usize>load<u32>(row) + offset, end = at + reach; at < end; at += pixel)
      Histogram.count(histogram, load<u8>(at), 1);
  }
  for (let x = 0; ; ) {
    let left = half;
    let coarse = histogram;
    for (let n = load<i32>(coarse); n <= left; n = load<i32>(coarse)) {
      left -= n;
      coarse += 4;
    }
    let level = (coarse - histogram) << 2;
    for (let n = load<i32>(fine + (level << 2)); n <= left; n = load<i32>(fine + (level << 2))) {
      left -= n;
      level++;
    }
    store<u8>(target, <u8>level);
    if (++x == width) return;
    target += pixel;
    for (let row = rows; row < rowsEnd; row += 4) {
      const at = <usize>load<u32>(row) + offset;
      Histogram.count(histogram, load<u8>(at), -1);
      Histogram.count(histogram, load<u8>(at + reach), 1);
    }
    offset += pixel;
  }
}

class Histogram {
  @inline
  static count(histogram: usize, level: usize, by: i32): void {
    const coarse = histogram + ((level >> 4) << 2);
    store<i32>(coarse, load<i32>(coarse) + by);
    const fine = histogram + 64 + (level << 2);
    store<i32>(fine, load<i32>(fine) + by);
  }
}

/** Bits of f32 ↔ i32 of the same order, so that every value has a place, NaN too; its own inverse. */
class Key {
  @inline
  static of(bits: v128): v128 {
    return v128.xor(bits, i32x4.shr_u(i32x4.shr_s(bits, 31), 1));
  }
}

/** The bits of a row of f32 ↔ its keys; whole vectors. */
function keysOf(x: usize, bytes: usize): void {
  for (const end = x + bytes; x < end; x += 16) v128.store(x, Key.of(v128.load(x)));
}

/**
 * A row of f32, of which `rows` hold the keys: the median is built bit by bit from the top, each set where no more than
 * half of the window lies below. Bits in which a window's keys agree are taken over, so levels that are whole numbers
 * cost half. Writes blocks of eight.
 */
function rowByBits(rows: usize, target: usize, count: i32, pixel: usize, size: i32): void {
  const rowsEnd = rows + ((<usize>size) << 2);
  const reach = <usize>size * pixel;
  const half = i32x4.splat((size * size) >> 1);
  const sign = i32x4.splat(0x80000000);
  for (let at: usize = 0, end = (<usize>count) << 2; at < end; at += 32) {
    const firstA = v128.load(<usize>load<u32>(rows) + at);
    const firstB = v128.load(<usize>load<u32>(rows) + at, 16);
    let varying = i32x4.splat(0);
    for (let row = rows; row < rowsEnd; row += 4) {
      for (let x = <usize>load<u32>(row) + at, last = x + reach; x < last; x += pixel) {
        varying = v128.or(varying, v128.xor(v128.load(x), firstA));
        varying = v128.or(varying, v128.xor(v128.load(x, 16), firstB));
      }
    }
    let left = i32x4.extract_lane(varying, 0) | i32x4.extract_lane(varying, 1);
    left |= i32x4.extract_lane(varying, 2) | i32x4.extract_lane(varying, 3);
    const agreed = i32x4.splat(~left);
    // Unsigned here, so that setting a bit makes a number larger.
    let a = v128.and(v128.xor(firstA, sign), agreed);
    let b = v128.and(v128.xor(firstB, sign), agreed);
    while (left != 0) {
      const bit = <i32>(<u32>0x80000000 >> clz(left));
      left ^= bit;
      const triedA = v128.or(a, i32x4.splat(bit));
      const triedB = v128.or(b, i32x4.splat(bit));
      const limitA = v128.xor(triedA, sign);
      const limitB = v128.xor(triedB, sign);
      let belowA = i32x4.splat(0);
      let belowB = i32x4.splat(0);
      for (let row = rows; row < rowsEnd; row += 4) {
        for (let x = <usize>load<u32>(row) + at, last = x + reach; x < last; x += pixel) {
          belowA = i32x4.sub(belowA, i32x4.lt_s(v128.load(x), limitA));
          belowB = i32x4.sub(belowB, i32x4.lt_s(v128.load(x, 16), limitB));
        }
      }
      a = v128.bitselect(a, triedA, i32x4.gt_s(belowA, half));
      b = v128.bitselect(b, triedB, i32x4.gt_s(belowB, half));
    }
    v128.store(target + at, Key.of(v128.xor(a, sign)));
    v128.store(target + at, Key.of(v128.xor(b, sign)), 16);
  }
}

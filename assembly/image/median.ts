/**
 * The median of a window, every channel on its own: 3×3 and 5×5 by networks, windows up to 15×15, and all of f32, by
 * counting; larger windows of u8 by a histogram that slides along (Huang, Yang and Tang 1979), whose cost grows with the
 * side of the window. Measured where they meet.
 */
import { loadRow, padRow, planPads, rowBytes } from './filter-rows';
import { keysOf, LARGEST_COUNTED, rowByBits } from './median-bits';
import { rowOfFive, rowOfThree } from './median-networks';
import { setSource } from './source';

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
  const isCounted = size > 5 && (sizeof<T>() == 4 || size <= LARGEST_COUNTED);
  planPads(pads, radius, radius);
  let next = -radius;
  for (let y = 0; y < height; y++, target += <usize>count * sizeof<T>()) {
    for (; next <= y + radius; next++) {
      const row = ring + <usize>((next + radius) % size) * stride + <usize>radius * pixel;
      loadRow<T>(next, row);
      padRow<T>(row, pads, radius, radius);
      if (isCounted) keysOf<T>(row - <usize>radius * pixel, <usize>(width + size - 1) * pixel);
    }
    for (let k = 0; k < size; k++) {
      store<u32>(rows + ((<usize>k) << 2), <u32>(ring + <usize>((y + k) % size) * stride));
    }
    if (size == 3) rowOfThree<T>(rows, target, count, pixel);
    else if (size == 5) rowOfFive<T>(rows, target, count, pixel, stride, sorted);
    else if (isCounted) rowByBits<T>(rows, target, count, pixel, size);
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

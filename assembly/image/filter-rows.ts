/**
 * Rows of a picture as filters read them: converted once to the number that the filter sums in, what stands outside
 * written out on both sides, so that no inner loop knows of borders. T is u8, i16 or f32; u8 and i16 of u8 pictures only.
 * Pads may also be written in rows of sums, i16 or f64.
 */
import { borderIndex } from './border';
import { convertRow } from './convolve';
import { source } from './source';

/** Values that loops over rows may read and write behind a row's end. */
export const BLOCK: i32 = 16;

/** 1.5·2^23 in four lanes: adding it and taking it away as a whole number rounds half to even, below 2^22. */
export const magicPlace = memory.data<f32>([12582912, 12582912, 12582912, 12582912]);

/** Bytes of a row of `count` values of `bytes` bytes with room for a block behind it, a multiple of 16. */
export function rowBytes(count: i32, bytes: i32): i32 {
  return ((count + BLOCK) * bytes + 15) & ~15;
}

function fillValue<T>(channel: i32): T {
  const s = source;
  return s.isFloat ? <T>load<f32>(s.fill + ((<usize>channel) << 2)) : <T>load<u8>(s.fill + channel);
}

/** u8 → i16, whole blocks. */
function widenRow(from: usize, target: usize, count: i32): void {
  for (const end = from + count; from < end; from += BLOCK, target += BLOCK << 1) {
    const bytes = v128.load(from);
    v128.store(target, i16x8.extend_low_i8x16_u(bytes));
    v128.store(target, i16x8.extend_high_i8x16_u(bytes), 16);
  }
}

/** target: [W,C] ← the picture's row `row`, which may lie outside; writes up to a block behind the end. */
export function loadRow<T>(row: i32, target: usize): void {
  const s = source;
  const y = borderIndex(row, s.height, s.border);
  const count = s.width * s.channels;
  if (y < 0) {
    for (let x = 0; x < s.width; x++) {
      for (let c = 0; c < s.channels; c++, target += sizeof<T>()) store<T>(target, fillValue<T>(c));
    }
    return;
  }
  if (sizeof<T>() == 4) {
    if (s.isFloat) memory.copy(target, s.ptr + ((<usize>(y * count)) << 2), (<usize>count) << 2);
    else convertRow(s.ptr + y * count, target, count);
  } else if (sizeof<T>() == 2) widenRow(s.ptr + y * count, target, count);
  else memory.copy(target, s.ptr + y * count, count);
}

/** Where the picture's row `row` lies, which may lie outside; `fillRow` where the fill stands for it. */
export function rowPointer(row: i32, fillRow: usize): usize {
  const s = source;
  const y = borderIndex(row, s.height, s.border);
  if (y < 0) return fillRow;
  const offset = <usize>(y * s.width * s.channels);
  return s.ptr + (s.isFloat ? offset << 2 : offset);
}

/** pads: `left` and then `right` i32, the column that stands for each one outside, −1 for the fill. */
export function planPads(pads: usize, left: i32, right: i32): void {
  const s = source;
  for (let k = -left; k < right; k++, pads += 4) {
    store<i32>(pads, borderIndex(k < 0 ? k : s.width + k, s.width, s.border));
  }
}

function writePads<T>(row: usize, target: usize, pads: usize, count: i32, times: T): void {
  const channels = source.channels;
  for (; count > 0; count--, pads += 4) {
    const column = load<i32>(pads);
    const from = row + <usize>(column * channels) * sizeof<T>();
    for (let c = 0; c < channels; c++, target += sizeof<T>()) {
      store<T>(target, column < 0 ? <T>(times * fillValue<T>(c)) : load<T>(from + <usize>c * sizeof<T>()));
    }
  }
}

/** Writes `left` pixels before the first one at `row` and `right` behind the last; the fill counts `times`. */
export function padRow<T>(row: usize, pads: usize, left: i32, right: i32, times: T = <T>1): void {
  const s = source;
  const pixel = <usize>s.channels * sizeof<T>();
  writePads<T>(row, row - <usize>left * pixel, pads, left, times);
  writePads<T>(row, row + <usize>s.width * pixel, pads + ((<usize>left) << 2), right, times);
}

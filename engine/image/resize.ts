/**
 * Resampling of 8-bit pictures, bit-exact on every host: all weights are integers.
 *
 *   antialias: as Pillow's BILINEAR, to the bit. A triangle that widens when the picture shrinks; 22-bit weights, first
 *     along the rows, then down the columns, 8 bits in between (Pillow, src/libImaging/Resample.c).
 *   no antialias: as OpenCV's INTER_LINEAR, to ±1. The two nearest pixels each way, half-pixel centres, 11-bit weights,
 *     rounded once.
 *
 * Every source row is turned into the wanted channels and resampled before the next one is looked at, so a big picture
 * costs its small copy and a few rows, never a second big one.
 */
import { antialiasedAxis, filters, levelWeight, WEIGHT_BITS } from './axis.ts';
import type { Image } from './image.ts';

/** The part of one axis of the resized picture that is wanted, pixels. */
export interface Span {
  /** Length of the whole resized axis. */
  readonly full: number;
  /** First and number of the wanted ones: 0 and `full` for all. */
  readonly first: number;
  readonly count: number;
}

export interface ResizeTarget {
  readonly across: Span;
  readonly down: Span;
  readonly antialias: boolean;
  readonly channels: number;
  /** Writes row y of the source to `row` as `channels` values a pixel; copies the picture's own where it is left out. */
  readonly readRow?: (y: number, row: Uint8Array) => void;
}

/** Weights of one axis: output i is the sum of `weights[i·taps + t]` times source `starts[i] + t`, t < `lengths[i]`. */
interface Axis {
  readonly taps: number;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly weights: Int32Array;
}

/** Fraction bits of the weights without antialias. */
const TWO_TAP_BITS = 11;

/** Resizes a picture to `width` × `height`, every channel on its own. */
export function resize(image: Image, width: number, height: number, antialias = true): Image {
  const whole = (full: number): Span => ({ full, first: 0, count: full });
  const data = resample(image, { across: whole(width), down: whole(height), antialias, channels: image.channels });
  return { width, height, channels: image.channels, data };
}

/** The wanted part of the resized picture: [down.count, across.count, channels] u8. */
export function resample(image: Image, target: ResizeTarget): Uint8Array {
  const { channels, readRow = copyRows(image) } = target;
  const result = new Uint8Array(target.down.count * target.across.count * channels);
  const row = new Uint8Array(image.width * channels);
  if (target.antialias) smooth(image, target, readRow, row, result);
  else interpolate(image, target, readRow, row, result);
  return result;
}

function copyRows({ width, channels, data }: Image): (y: number, row: Uint8Array) => void {
  return (y, row) => row.set(data.subarray(y * width * channels, (y + 1) * width * channels));
}

/** Two passes; a ring holds the resampled rows that the current output row needs. An axis that keeps its size is copied. */
function smooth(
  image: Image,
  { across, down, channels }: ResizeTarget,
  readRow: (y: number, row: Uint8Array) => void,
  row: Uint8Array,
  result: Uint8Array,
): void {
  const columns = triangle(image.width, across);
  const rows = triangle(image.height, down);
  const length = across.count * channels;
  const slots = rows.taps;
  const ring = new Uint8Array(slots * length);
  const sums = new Int32Array(length);
  let nextRow = 0;
  for (let i = 0; i < down.count; i++) {
    const start = rows.starts[i]!;
    const end = start + rows.lengths[i]!;
    for (nextRow = Math.max(nextRow, start); nextRow < end; nextRow++) {
      readRow(nextRow, row);
      const slot = (nextRow % slots) * length;
      acrossRow(row, columns, across, channels, ring.subarray(slot, slot + length));
    }
    sums.fill(1 << (WEIGHT_BITS - 1));
    for (let y = start; y < end; y++) {
      const weight = rows.weights[i * rows.taps + y - start]!;
      const from = (y % slots) * length;
      for (let x = 0; x < length; x++) sums[x]! += ring[from + x]! * weight;
    }
    const to = i * length;
    for (let x = 0; x < length; x++) result[to + x] = toLevel(sums[x]!);
  }
}

function acrossRow(row: Uint8Array, axis: Axis, { count }: Span, channels: number, result: Uint8Array): void {
  if (channels === 3) acrossColours(row, axis, count, result);
  else {
    const { taps, starts, lengths, weights } = axis;
    for (let i = 0, to = 0; i < count; i++) {
      const start = starts[i]! * channels;
      const end = lengths[i]!;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 1 << (WEIGHT_BITS - 1);
        let from = start + channel;
        for (let tap = 0; tap < end; tap++, from += channels) sum += row[from]! * weights[i * taps + tap]!;
        result[to++] = toLevel(sum);
      }
    }
  }
}

/** The same for three channels, which read each weight once. */
function acrossColours(
  row: Uint8Array,
  { taps, starts, lengths, weights }: Axis,
  count: number,
  result: Uint8Array,
): void {
  for (let i = 0, to = 0; i < count; i++, to += 3) {
    let from = starts[i]! * 3;
    const first = i * taps;
    const end = first + lengths[i]!;
    let red = 1 << (WEIGHT_BITS - 1);
    let green = red;
    let blue = red;
    for (let tap = first; tap < end; tap++, from += 3) {
      const weight = weights[tap]!;
      red += row[from]! * weight;
      green += row[from + 1]! * weight;
      blue += row[from + 2]! * weight;
    }
    result[to] = toLevel(red);
    result[to + 1] = toLevel(green);
    result[to + 2] = toLevel(blue);
  }
}

/** Weights are not negative, but thousands of rounded ones can sum to a little more than one. */
function toLevel(sum: number): number {
  return Math.min(sum >> WEIGHT_BITS, 255);
}

/** Weights of Pillow's triangle filter; of one where the size stays, since Pillow leaves such an axis alone. */
function triangle(size: number, { full, first, count }: Span): Axis {
  const axis = antialiasedAxis(size, full, filters.bilinear);
  const taps = size === full ? 1 : axis.taps;
  const starts = new Int32Array(count);
  const lengths = new Int32Array(count);
  const weights = new Int32Array(count * taps);
  const exact = new Float64Array(axis.taps);
  for (let i = 0; i < count; i++) {
    const { start, length } = size === full ? { start: first + i, length: 1 } : axis.run(first + i, exact);
    if (size === full) exact[0] = 1;
    starts[i] = start;
    lengths[i] = length;
    for (let tap = 0; tap < length; tap++) weights[i * taps + tap] = levelWeight(exact[tap]!);
  }
  return { taps, starts, lengths, weights };
}

/** The four nearest pixels, weighted once. */
function interpolate(
  image: Image,
  { across, down, channels }: ResizeTarget,
  readRow: (y: number, row: Uint8Array) => void,
  row: Uint8Array,
  result: Uint8Array,
): void {
  const columns = twoTaps(image.width, across);
  const rows = twoTaps(image.height, down);
  const length = across.count * channels;
  const one = 1 << TWO_TAP_BITS;
  const half = 1 << (2 * TWO_TAP_BITS - 1);
  let upper = new Int32Array(length);
  let lower = new Int32Array(length);
  let upperRow = -1;
  let lowerRow = -1;
  const load = (y: number, into: Int32Array) => {
    readRow(y, row);
    for (let i = 0, to = 0; i < across.count; i++) {
      const left = columns.starts[i]! * channels;
      const right = Math.min(columns.starts[i]! + 1, image.width - 1) * channels;
      const weight = columns.weights[i]!;
      for (let channel = 0; channel < channels; channel++) {
        into[to++] = row[left + channel]! * (one - weight) + row[right + channel]! * weight;
      }
    }
  };
  for (let i = 0; i < down.count; i++) {
    const top = rows.starts[i]!;
    const bottom = Math.min(top + 1, image.height - 1);
    if (top === lowerRow) [upper, lower, upperRow, lowerRow] = [lower, upper, lowerRow, upperRow];
    if (top !== upperRow) load(top, upper);
    upperRow = top;
    if (bottom !== lowerRow) load(bottom, lower);
    lowerRow = bottom;
    const weight = rows.weights[i]!;
    const to = i * length;
    for (let x = 0; x < length; x++) {
      result[to + x] = (upper[x]! * (one - weight) + lower[x]! * weight + half) >> (2 * TWO_TAP_BITS);
    }
  }
}

/** For every output the left one of its two nearest pixels, and the weight of the right one; outside counts as the edge. */
function twoTaps(size: number, { full, first, count }: Span): { starts: Int32Array; weights: Int32Array } {
  const scale = size / full;
  const starts = new Int32Array(count);
  const weights = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const position = Math.min(Math.max((first + i + 0.5) * scale - 0.5, 0), size - 1);
    starts[i] = Math.floor(position);
    weights[i] = Math.round((position - starts[i]!) * (1 << TWO_TAP_BITS));
  }
  return { starts, weights };
}

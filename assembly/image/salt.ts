/** Pixels that are replaced: one by one, or in cells of a grid. */
import { fillPixels } from './pixels';
import { Words } from './words';

/** Words of one call of Words.fill. */
const CHUNK: i32 = 1024;
const WORDS = memory.data(4096, 16);

class Put {
  /** All channels of the pixel ← level, u8 rounded. */
  static pixel(x: usize, channels: i32, isFloat: i32, level: f64): void {
    const byte = <u8>floor<f64>(level + 0.5);
    for (; channels > 0; channels--) {
      if (isFloat) store<f32>(x, <f32>level);
      else store<u8>(x, byte);
      x += isFloat ? 4 : 1;
    }
  }
}

/** Taylor's coefficients of sin, from x¹⁵ down. */
const SINE = memory.data<f64>(
  [-1 / 1307674368000, 1 / 6227020800, -1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6, 1],
  8,
);

/** sin²(u·π/2), 0 ≤ u ≤ 1: of a uniform u, a number of Beta(½, ½). Off by less than 1e-10. */
function arcsine(u: f64): f64 {
  const x = u * (Math.PI / 2);
  const square = x * x;
  let sum: f64 = 0;
  for (let at = SINE; at < SINE + 64; at += 8) sum = sum * square + load<f64>(at);
  const sine = x * sum;
  return sine * sine;
}

/** Words below it strike: a share `amount` of all. */
function limitOf(amount: f64): u64 {
  return <u64>ceil<f64>(amount * 4294967296);
}

/**
 * Each pixel whose word w is below limit = amount·2³² ← 255·Beta(½, ½) of the uniform number w / limit; pixel i takes word
 * i of Words.fill, stream 0.
 */
export function saltAndPepper(
  x: usize,
  pixels: i32,
  channels: i32,
  isFloat: i32,
  amount: f64,
  key0: u32,
  key1: u32,
): void {
  Words.key(key0, key1);
  const limit = limitOf(amount);
  const pixelBytes = (<usize>channels) << (isFloat ? 2 : 0);
  for (let done = 0; done < pixels; done += CHUNK) {
    Words.fill(WORDS, CHUNK, <u32>done >> 2, 0);
    const end = WORDS + ((<usize>min(CHUNK, pixels - done)) << 2);
    for (let at = WORDS; at < end; at += 4, x += pixelBytes) {
      const word = <u64>load<u32>(at);
      if (word < limit) Put.pixel(x, channels, isFloat, 255 * arcsine(<f64>word / (amount * 4294967296)));
    }
  }
}

/** struck[i] = 1 with probability `amount`, else 0, `count` bytes; of word i of Words.fill, stream 1. */
export function strikeCells(struck: usize, count: i32, amount: f64, key0: u32, key1: u32): void {
  Words.key(key0, key1);
  const limit = limitOf(amount);
  for (let done = 0; done < count; done += CHUNK) {
    Words.fill(WORDS, CHUNK, <u32>done >> 2, 1);
    const end = WORDS + ((<usize>min(CHUNK, count - done)) << 2);
    for (let at = WORDS; at < end; at += 4, struck++) store<u8>(struck, <u64>load<u32>(at) < limit ? 1 : 0);
  }
}

/** The cell, of `cells` along a side of `size` pixels, in which the centre of pixel `index` lies. */
function cellOf(index: i32, size: i32, cells: i32): i32 {
  return ((2 * index + 1) * cells) / (2 * size);
}

/** The first pixel behind cell `cell`. */
function endOf(cell: i32, size: i32, cells: i32): i32 {
  return (2 * size * (cell + 1) + cells - 1) / (2 * cells);
}

/**
 * Each pixel in a struck cell of a grid of `cells` × `cells` ← 127.5 + 255·|Beta(½, ½) − ½| of the uniform w / 2³²; pixel i
 * takes word i of Words.fill, stream 0.
 */
export function saltCells(
  x: usize,
  width: i32,
  height: i32,
  channels: i32,
  isFloat: i32,
  struck: usize,
  cells: i32,
  key0: u32,
  key1: u32,
): void {
  Words.key(key0, key1);
  const pixelBytes = (<usize>channels) << (isFloat ? 2 : 0);
  let chunk = -1;
  for (let row = 0; row < height; row++) {
    const cellRow = struck + <usize>(cellOf(row, height, cells) * cells);
    for (let column = 0, end = 0; column < width; column = end) {
      const cell = cellOf(column, width, cells);
      end = endOf(cell, width, cells);
      if (!load<u8>(cellRow + cell)) continue;
      for (let pixel = row * width + column; pixel < row * width + end; pixel++) {
        if (pixel / CHUNK != chunk) {
          chunk = pixel / CHUNK;
          Words.fill(WORDS, CHUNK, <u32>(chunk * CHUNK) >> 2, 0);
        }
        const beta = arcsine(<f64>load<u32>(WORDS + ((<usize>(pixel % CHUNK)) << 2)) / 4294967296);
        Put.pixel(x + <usize>pixel * pixelBytes, channels, isFloat, 127.5 + 255 * abs<f64>(beta - 0.5));
      }
    }
  }
}

/** Each pixel in a struck cell ← the one at `fill`. */
export function fillCells(
  x: usize,
  width: i32,
  height: i32,
  pixelBytes: i32,
  struck: usize,
  cells: i32,
  fill: usize,
): void {
  for (let row = 0; row < height; row++, x += width * pixelBytes) {
    const cellRow = struck + <usize>(cellOf(row, height, cells) * cells);
    for (let column = 0, end = 0; column < width; column = end) {
      const cell = cellOf(column, width, cells);
      end = endOf(cell, width, cells);
      if (load<u8>(cellRow + cell)) fillPixels(x + column * pixelBytes, end - column, fill, pixelBytes);
    }
  }
}

/** Pixels that are replaced: one by one, or in cells of a grid. */
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

/** sin²(u·π/2), 0 ≤ u ≤ 1: of a uniform u, a number of Beta(½, ½). By Taylor's sum, off by less than 1e-10. */
function arcsine(u: f64): f64 {
  const x = u * (Math.PI / 2);
  const square = x * x;
  let sum: f64 = 1;
  for (let k = 14; k >= 2; k -= 2) sum = 1 - (sum * square) / <f64>(k * (k + 1));
  const sine = x * sum;
  return sine * sine;
}

/** Words below it strike: a share `amount` of all. */
function limitOf(amount: f64): f64 {
  return amount * 4294967296;
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
  for (let pixel = 0; pixel < pixels; pixel++, x += pixelBytes) {
    const index = pixel % CHUNK;
    if (index == 0) Words.fill(WORDS, CHUNK, <u32>pixel >> 2, 0);
    const word = <f64>load<u32>(WORDS + ((<usize>index) << 2));
    if (word < limit) Put.pixel(x, channels, isFloat, 255 * arcsine(word / limit));
  }
}

/** struck[i] = 1 with probability `amount`, else 0, `count` bytes; of word i of Words.fill, stream 1. */
export function strikeCells(struck: usize, count: i32, amount: f64, key0: u32, key1: u32): void {
  Words.key(key0, key1);
  const limit = limitOf(amount);
  for (let cell = 0; cell < count; cell++) {
    const index = cell % CHUNK;
    if (index == 0) Words.fill(WORDS, CHUNK, <u32>cell >> 2, 1);
    store<u8>(struck + cell, <f64>load<u32>(WORDS + ((<usize>index) << 2)) < limit ? 1 : 0);
  }
}

/** The cell, of `cells` along a side of `size` pixels, in which the centre of pixel `index` lies. */
function cellOf(index: i32, size: i32, cells: i32): i32 {
  return ((2 * index + 1) * cells) / (2 * size);
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
  let pixel = 0;
  for (let row = 0; row < height; row++) {
    const cellRow = struck + <usize>(cellOf(row, height, cells) * cells);
    for (let column = 0; column < width; column++, pixel++, x += pixelBytes) {
      const index = pixel % CHUNK;
      if (index == 0) Words.fill(WORDS, CHUNK, <u32>pixel >> 2, 0);
      if (!load<u8>(cellRow + cellOf(column, width, cells))) continue;
      const beta = arcsine(<f64>load<u32>(WORDS + ((<usize>index) << 2)) / 4294967296);
      Put.pixel(x, channels, isFloat, 127.5 + 255 * abs<f64>(beta - 0.5));
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
  for (let row = 0; row < height; row++) {
    const cellRow = struck + <usize>(cellOf(row, height, cells) * cells);
    for (let column = 0; column < width; column++, x += pixelBytes) {
      if (load<u8>(cellRow + cellOf(column, width, cells))) memory.copy(x, fill, pixelBytes);
    }
  }
}

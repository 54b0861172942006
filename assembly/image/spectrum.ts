/**
 * Random fields with a spectrum that falls like a power of the frequency, by inverse Fourier transforms of planes whose
 * sides are powers of two. Transforms go down four columns at a time, in a buffer that stays in the nearest cache.
 */
import { Power } from './power';
import { HalfTurns } from './turn';
import { Words } from './words';

// Constants stand in memory: V8 builds those of the code anew at every use. 2^−16, 2^−15, 1
const CONSTANTS: usize = memory.data<f32>(
  [
    0.0000152587890625, 0.0000152587890625, 0.0000152587890625, 0.0000152587890625, 0.000030517578125,
    0.000030517578125, 0.000030517578125, 0.000030517578125, 1, 1, 1, 1,
  ],
  16,
);

/** u·cos(2πv) of four words: u the lower 16 bits, v the upper ones, both as fractions of 2^16. */
function amplitude(word: v128): v128 {
  const u = f32x4.mul(f32x4.convert_i32x4_s(v128.and(word, i32x4.splat(0xffff))), v128.load(CONSTANTS));
  const v = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(word, 16)), v128.load(CONSTANTS, 16));
  return f32x4.mul(u, HalfTurns.cosine(v));
}

/** (a² + square)^half for the columns a = min(i, width − 1 − i), i = column … column + 3; 1 where the base is 0. */
function envelope(column: i32, width: i32, square: f32, half: f32): v128 {
  const i = i32x4.add(i32x4.splat(column), i32x4(0, 1, 2, 3));
  const a = f32x4.convert_i32x4_s(i32x4.min_s(i, i32x4.sub(i32x4.splat(width - 1), i)));
  const base = f32x4.max(f32x4.add(f32x4.mul(a, a), f32x4.splat(square)), v128.load(CONSTANTS, 32));
  return Power.of(base, f32x4.splat(half));
}

/** Where frequency `index` of `size` stands among `full` ≥ size ones: the upper half are the negative ones. */
function spread(index: i32, size: i32, full: i32): i32 {
  return index < (size + 1) >> 1 ? index : index + full - size;
}

/**
 * A real spectrum: u·cos(2πv)·f^exponent, with u and v uniform in 0…1 and f the distance of (row, column) from the nearest
 * corner of height × width; 0 in the four corners. Larger planes hold zeros between the lower and the upper frequencies.
 *   target f32 [fullHeight, fullWidth] · row: room for 2·(width + 16) f32
 *   The word of (row, column) is word (column >> 2) & 3, lane column & 3 of the blocks [4·(row·⌈width/16⌉ + column/16) + lane, 0, 0, 0].
 */
export function drawSpectrum(
  target: usize,
  fullWidth: i32,
  fullHeight: i32,
  width: i32,
  height: i32,
  exponent: f32,
  key0: u32,
  key1: u32,
  row: usize,
): void {
  memory.fill(target, 0, (<usize>(fullWidth * fullHeight)) << 2);
  Words.key(key0, key1);
  const half = exponent * 0.5;
  const sizes = row + ((<usize>(width + 16)) << 2);
  const lower = (<usize>((width + 1) >> 1)) << 2;
  const upper = ((<usize>width) << 2) - lower;
  // Rows as far from the edge share their sizes.
  for (let distance = 0; distance < (height + 1) >> 1; distance++) {
    const square = <f32>distance * <f32>distance;
    for (let x = 0; x < width; x += 4) v128.store(sizes + ((<usize>x) << 2), envelope(x, width, square, half));
    if (distance == 0) {
      store<f32>(sizes, 0);
      store<f32>(sizes + ((<usize>(width - 1)) << 2), 0);
    }
    for (let side = 0; side < 2; side++) {
      const y = side ? height - 1 - distance : distance;
      if (side && y == distance) break;
      drawRow(row, sizes, width, <u32>y * (((<u32>width + 15) >> 4) << 2));
      const line = target + ((<usize>(spread(y, height, fullHeight) * fullWidth)) << 2);
      memory.copy(line, row, lower);
      memory.copy(line + ((<usize>fullWidth) << 2) - upper, row + lower, upper);
    }
  }
}

/** row[i] = u·cos(2πv)·sizes[i], i < width, the random words of the key that is set, from `counter` on; whole blocks of 16 are written. */
function drawRow(row: usize, sizes: usize, width: i32, counter: u32): void {
  for (let x = 0; x < width; x += 16, counter += 4) {
    const words = Words.sixteen(counter, 0);
    for (let k: usize = 0; k < 64; k += 16, row += 16, sizes += 16) {
      v128.store(row, f32x4.mul(amplitude(v128.load(words + k)), v128.load(sizes)));
    }
  }
}

/** The lowest `bits` bits of index, back to front. */
function reversed(index: u32, bits: u32): u32 {
  let result: u32 = 0;
  for (let i: u32 = 0; i < bits; i++) result |= ((index >> i) & 1) << (bits - 1 - i);
  return result;
}

/** One transform of `size` values of four columns each, in place: pairs of vectors, real and imaginary, bit-reversed. */
function transform(buffer: usize, size: i32, twiddles: usize): void {
  const end = buffer + ((<usize>size) << 5);
  // The first step has no factors.
  for (let at = buffer; at < end; at += 64) {
    const ar = v128.load(at);
    const ai = v128.load(at, 16);
    const br = v128.load(at, 32);
    const bi = v128.load(at, 48);
    v128.store(at, f32x4.add(ar, br));
    v128.store(at, f32x4.add(ai, bi), 16);
    v128.store(at, f32x4.sub(ar, br), 32);
    v128.store(at, f32x4.sub(ai, bi), 48);
  }
  for (let span = 2; span < size; span <<= 1) {
    const distance = (<usize>span) << 5;
    const step = (<usize>((size >> 1) / span)) << 3;
    let twiddle = twiddles;
    for (let first = buffer; first < buffer + distance; first += 32, twiddle += step) {
      const c = v128.load32_splat(twiddle);
      const s = v128.load32_splat(twiddle, 4);
      for (let at = first; at < end; at += distance << 1) {
        const br = v128.load(at + distance);
        const bi = v128.load(at + distance, 16);
        const tr = f32x4.sub(f32x4.mul(br, c), f32x4.mul(bi, s));
        const ti = f32x4.add(f32x4.mul(br, s), f32x4.mul(bi, c));
        const ar = v128.load(at);
        const ai = v128.load(at, 16);
        v128.store(at, f32x4.add(ar, tr));
        v128.store(at, f32x4.add(ai, ti), 16);
        v128.store(at + distance, f32x4.sub(ar, tr));
        v128.store(at + distance, f32x4.sub(ai, ti), 16);
      }
    }
  }
}

/** Four rows, `step` bytes apart, of four f32 ← the columns of four vectors that stand 32 bytes apart. */
function storeTransposed(source: usize, target: usize, step: usize): void {
  const a = v128.load(source);
  const b = v128.load(source, 32);
  const c = v128.load(source, 64);
  const d = v128.load(source, 96);
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const ef = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const gh = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(target, i64x2.shuffle(ab, cd, 0, 2));
  v128.store(target + step, i64x2.shuffle(ab, cd, 1, 3));
  v128.store(target + 2 * step, i64x2.shuffle(ef, gh, 0, 2));
  v128.store(target + 3 * step, i64x2.shuffle(ef, gh, 1, 3));
}

/**
 * target [columns, rows] ← Σ over the rows of x [rows, columns] · e^(2πi·row·r / rows) for r = 0 … rows − 1, turned over.
 *   re, im: f32 planes, im 0 for a real x · targetIm: 0 where only the real part is wanted
 *   rows, columns: powers of two, at least 4 · twiddles: rows/2 pairs cos, sin of 2πk/rows · buffer: 36·rows bytes
 *   shift: r stands in column (r + shift) mod rows, a multiple of 4
 */
export function transformColumns(
  re: usize,
  im: usize,
  rows: i32,
  columns: i32,
  targetRe: usize,
  targetIm: usize,
  twiddles: usize,
  buffer: usize,
  shift: i32,
): void {
  const bits = 31 - clz<u32>(<u32>rows);
  const order = buffer + ((<usize>rows) << 5);
  for (let row = 0; row < rows; row++) store<u32>(order + ((<usize>row) << 2), reversed(row, bits) << 5);
  const rowBytes = (<usize>columns) << 2;
  const step = (<usize>rows) << 2;
  for (let column = 0; column < columns; column += 4) {
    const offset = (<usize>column) << 2;
    for (let row = 0; row < rows; row++) {
      const to = buffer + load<u32>(order + ((<usize>row) << 2));
      const from = <usize>row * rowBytes + offset;
      v128.store(to, v128.load(re + from));
      v128.store(to, im ? v128.load(im + from) : f32x4.splat(0), 16);
    }
    transform(buffer, rows, twiddles);
    const first = <usize>column * step;
    for (let r = 0; r < rows; r += 4) {
      const source = buffer + ((<usize>r) << 5);
      const to = first + ((<usize>((r + shift) & (rows - 1))) << 2);
      storeTransposed(source, targetRe + to, step);
      if (targetIm) storeTransposed(source + 16, targetIm + to, step);
    }
  }
}

/** x ← low + (1 − low)·(x − min) / (max − min), low everywhere where all are equal; `count` f32, a multiple of 4. */
export function normalizePlane(x: usize, count: i32, low: f32): void {
  const end = x + ((<usize>count) << 2);
  let least = v128.load(x);
  let most = least;
  for (let at = x; at < end; at += 16) {
    const value = v128.load(at);
    least = f32x4.pmin(least, value);
    most = f32x4.pmax(most, value);
  }
  const minimum = min(
    min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1)),
    min(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3)),
  );
  const maximum = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  const range = maximum - minimum;
  const factor = f32x4.splat(range > 0 ? (1 - low) / range : 0);
  const base = f32x4.splat(minimum);
  const offset = f32x4.splat(low);
  for (; x < end; x += 16) {
    v128.store(x, f32x4.add(f32x4.mul(f32x4.sub(v128.load(x), base), factor), offset));
  }
}

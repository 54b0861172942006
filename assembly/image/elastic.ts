/** Smooth random fields of displacements. */
import { borderIndex, REFLECT } from './border';
import { Words } from './words';

/**
 * target [columns rows of `targetStep` bytes] ← x [rows of `step` bytes, columns], f32 transposed in tiles of four by four.
 * Both have room for up to three rows more, and steps of a multiple of 16 for up to three columns.
 */
export function transposePlane(x: usize, step: usize, rows: i32, columns: i32, target: usize, targetStep: usize): void {
  for (let row = 0; row < rows; row += 4, x += step << 2, target += 16) {
    let from = x;
    let to = target;
    for (let column = 0; column < columns; column += 4, from += 16, to += targetStep << 2) {
      const a = v128.load(from);
      const b = v128.load(from + step);
      const c = v128.load(from + 2 * step);
      const d = v128.load(from + 3 * step);
      const lowAB = i32x4.shuffle(a, b, 0, 4, 1, 5);
      const highAB = i32x4.shuffle(a, b, 2, 6, 3, 7);
      const lowCD = i32x4.shuffle(c, d, 0, 4, 1, 5);
      const highCD = i32x4.shuffle(c, d, 2, 6, 3, 7);
      v128.store(to, i64x2.shuffle(lowAB, lowCD, 0, 2));
      v128.store(to + targetStep, i64x2.shuffle(lowAB, lowCD, 1, 3));
      v128.store(to + 2 * targetStep, i64x2.shuffle(highAB, highCD, 0, 2));
      v128.store(to + 3 * targetStep, i64x2.shuffle(highAB, highCD, 1, 3));
    }
  }
}

/**
 * target ← x smoothed from row to row by symmetric weights; outside counts as mirrored without the edge (`reflect`).
 *   x: `rows` rows of `step` bytes, a multiple of 32, with room for `radius` rows before and `radius` + 1 behind, written here
 *   weights: f32, 0 … radius, of distance 0, 1 … · radius: 1 at least
 *   target: as x, room for one more row
 */
export function smoothDown(x: usize, step: usize, rows: i32, radius: i32, weights: usize, target: usize): void {
  for (let k = 1; k <= radius + 1; k++) {
    const behind = rows - 1 + k;
    memory.copy(x + <usize>behind * step, x + <usize>borderIndex(behind, rows, REFLECT) * step, step);
    if (k <= radius) memory.copy(x - <usize>k * step, x + <usize>borderIndex(-k, rows, REFLECT) * step, step);
  }
  for (let row = 0; row < rows; row += 2, x += step << 1, target += step << 1) {
    smoothTwoRows(x, step, weights, weights + ((<usize>radius) << 2), target);
  }
}

/** Two neighbouring rows, eight columns at a time: each input is loaded once for both. */
function smoothTwoRows(x: usize, step: usize, weights: usize, last: usize, target: usize): void {
  for (const end = x + step; x < end; x += 32, target += 32) {
    const middle = v128.load32_splat(weights);
    let aboveA = v128.load(x);
    let aboveB = v128.load(x, 16);
    let down = x + step;
    let up = x - step;
    let belowA = v128.load(down);
    let belowB = v128.load(down, 16);
    let firstA = f32x4.mul(aboveA, middle);
    let firstB = f32x4.mul(aboveB, middle);
    let secondA = f32x4.mul(belowA, middle);
    let secondB = f32x4.mul(belowB, middle);
    for (let at = weights + 4; at <= last; at += 4) {
      const weight = v128.load32_splat(at);
      const upA = v128.load(up);
      const upB = v128.load(up, 16);
      firstA = f32x4.add(firstA, f32x4.mul(f32x4.add(upA, belowA), weight));
      firstB = f32x4.add(firstB, f32x4.mul(f32x4.add(upB, belowB), weight));
      down += step;
      belowA = v128.load(down);
      belowB = v128.load(down, 16);
      secondA = f32x4.add(secondA, f32x4.mul(f32x4.add(aboveA, belowA), weight));
      secondB = f32x4.add(secondB, f32x4.mul(f32x4.add(aboveB, belowB), weight));
      aboveA = upA;
      aboveB = upB;
      up -= step;
    }
    v128.store(target, firstA);
    v128.store(target, firstB, 16);
    v128.store(target + step, secondA);
    v128.store(target + step, secondB, 16);
  }
}

const SCALE: usize = memory.data<f32>([0.0078125, 0.0078125, 0.0078125, 0.0078125]);
const OFFSET: usize = memory.data<f32>([0.00390625, 0.00390625, 0.00390625, 0.00390625]);

/**
 * `count` f32 at target, uniform on the 256 values (n + ½)/128, n = −128 … 127: in runs of 64, the g-th of the bytes of the
 * blocks [4g + lane, plane, 0, 0] of Philox, word by word, in each the lanes. Whole runs are written.
 */
export function uniformNoise(target: usize, count: i32, plane: i32, key0: u32, key1: u32): void {
  const scale = v128.load(SCALE);
  const offset = v128.load(OFFSET);
  Words.key(key0, key1);
  let counter: u32 = 0;
  for (; count > 0; count -= 64, counter += 4) {
    const words = Words.sixteen(counter, plane);
    for (let at: usize = 0; at < 64; at += 16, target += 64) {
      const bytes = v128.load(words + at);
      const low = i16x8.extend_low_i8x16_s(bytes);
      const high = i16x8.extend_high_i8x16_s(bytes);
      v128.store(target, Uniform.of(i32x4.extend_low_i16x8_s(low), scale, offset));
      v128.store(target, Uniform.of(i32x4.extend_high_i16x8_s(low), scale, offset), 16);
      v128.store(target, Uniform.of(i32x4.extend_low_i16x8_s(high), scale, offset), 32);
      v128.store(target, Uniform.of(i32x4.extend_high_i16x8_s(high), scale, offset), 48);
    }
  }
}

class Uniform {
  @inline
  static of(whole: v128, scale: v128, offset: v128): v128 {
    return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(whole), scale), offset);
  }
}

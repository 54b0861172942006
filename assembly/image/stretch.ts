/**
 * Separable resampling of f32 planes: every output is a weighted sum of a window of inputs, first along the rows, then down
 * the columns. The host makes the windows (engine/augment/stretch.ts), so one loop serves interpolation and blurs.
 */

/** Sums of the lanes of four vectors. */
function laneSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return f32x4.add(i64x2.shuffle(ab, cd, 0, 2), i64x2.shuffle(ab, cd, 1, 3));
}

/** Σ weights·values over `bytes` bytes, lane by lane. */
class Window {
  @inline
  static of(values: usize, weights: usize, bytes: usize): v128 {
    let sum = f32x4.mul(v128.load(values), v128.load(weights));
    for (let at: usize = 16; at < bytes; at += 16) {
      sum = f32x4.add(sum, f32x4.mul(v128.load(values + at), v128.load(weights + at)));
    }
    return sum;
  }
}

/**
 * target [rows, count] ← x [rows, ·] along the rows.
 *   step, targetStep: bytes from row to row; windows may reach behind a row's end, where their weights are 0 and the values
 *   finite · count: a multiple of 4 · starts: i32 [count], bytes · weights: f32 [count, taps], taps a multiple of 4
 */
export function stretchAcross(
  x: usize,
  step: usize,
  rows: i32,
  target: usize,
  targetStep: usize,
  count: i32,
  starts: usize,
  weights: usize,
  taps: i32,
): void {
  const bytes = (<usize>taps) << 2;
  const end = starts + ((<usize>count) << 2);
  for (; rows > 0; rows--, x += step, target += targetStep) {
    let weight = weights;
    let to = target;
    for (let start = starts; start < end; start += 16, to += 16, weight += bytes << 2) {
      const a = Window.of(x + load<u32>(start), weight, bytes);
      const b = Window.of(x + load<u32>(start, 4), weight + bytes, bytes);
      const c = Window.of(x + load<u32>(start, 8), weight + 2 * bytes, bytes);
      const d = Window.of(x + load<u32>(start, 12), weight + 3 * bytes, bytes);
      v128.store(to, laneSums(a, b, c, d));
    }
  }
}

/**
 * target [count, ·] ← x down the columns. Rows whose weight is 0 are not read.
 *   step, targetStep: bytes from row to row, both with room for whole blocks of 64 bytes · bytes: of a row that are worked on
 *   starts: i32 [count], rows · weights: f32 [count, taps]
 */
export function stretchDown(
  x: usize,
  step: usize,
  target: usize,
  targetStep: usize,
  bytes: usize,
  count: i32,
  starts: usize,
  weights: usize,
  taps: i32,
): void {
  for (; count > 0; count--, starts += 4, target += targetStep) {
    const first = x + <usize>load<i32>(starts) * step;
    const end = weights + ((<usize>taps) << 2);
    for (let at: usize = 0; at < bytes; at += 64) {
      let sum0 = f32x4.splat(0);
      let sum1 = f32x4.splat(0);
      let sum2 = f32x4.splat(0);
      let sum3 = f32x4.splat(0);
      let from = first + at;
      for (let tap = weights; tap < end; tap += 4, from += step) {
        if (load<f32>(tap) == 0) continue;
        const weight = v128.load32_splat(tap);
        sum0 = f32x4.add(sum0, f32x4.mul(v128.load(from), weight));
        sum1 = f32x4.add(sum1, f32x4.mul(v128.load(from, 16), weight));
        sum2 = f32x4.add(sum2, f32x4.mul(v128.load(from, 32), weight));
        sum3 = f32x4.add(sum3, f32x4.mul(v128.load(from, 48), weight));
      }
      v128.store(target + at, sum0);
      v128.store(target + at, sum1, 16);
      v128.store(target + at, sum2, 32);
      v128.store(target + at, sum3, 48);
    }
    weights = end;
  }
}

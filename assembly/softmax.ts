/** Softmax and its logarithm over the rows of a matrix, shifted by each row's maximum so that nothing overflows. */
import { Exp, Log } from './math';
import { Simd } from './simd';

export class Softmax {
  /** The largest of n values; NaN where one is NaN. */
  static largest(x: usize, n: i32): f32 {
    let best: f32 = -Infinity;
    const end = x + ((<usize>n) << 2);
    const vectors = x + ((<usize>(n & ~3)) << 2);
    if (x != vectors) {
      let four = v128.load(x);
      for (x += 16; x != vectors; x += 16) four = f32x4.max(four, v128.load(x));
      best = max(
        max(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)),
        max(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)),
      );
    }
    for (; x != end; x += 4) best = max(best, load<f32>(x));
    return best;
  }

  /** y = e^(x − shift); returns the sum. y may be x; y = 0: only the sum is wanted. */
  static exponentials(x: usize, y: usize, n: i32, shift: f32): f32 {
    const exp = changetype<Exp>(0);
    const shifts = f32x4.splat(shift);
    let four = Simd.zero();
    const isWanted = y != 0;
    const end = x + ((<usize>(n & ~3)) << 2);
    for (; x != end; x += 16, y += 16) {
      const power = exp.of(f32x4.sub(v128.load(x), shifts), shifts, shifts, shifts);
      if (isWanted) v128.store(y, power);
      four = f32x4.add(four, power);
    }
    let sum = Simd.sum(four);
    const lanes = n & 3;
    if (lanes) {
      const power = exp.of(f32x4.sub(Simd.load(x, lanes), shifts), shifts, shifts, shifts);
      if (isWanted) Simd.store(y, power, lanes);
      sum += f32x4.extract_lane(power, 0);
      if (lanes > 1) sum += f32x4.extract_lane(power, 1);
      if (lanes > 2) sum += f32x4.extract_lane(power, 2);
    }
    return sum;
  }
}

/** y [rows,N] = e^x / Σ e^x over each row. y may be x. A NaN or a +∞ makes its row NaN. */
export function softmax(x: usize, y: usize, rows: i32, n: i32): void {
  const rowBytes = (<usize>n) << 2;
  for (let row = 0; row < rows; row++, x += rowBytes, y += rowBytes) {
    const sum = Softmax.exponentials(x, y, n, Softmax.largest(x, n));
    for (let i: usize = 0; i < rowBytes; i += 4) store<f32>(y + i, load<f32>(y + i) / sum);
  }
}

/** y [rows,N] = x − max x − ln Σ e^(x − max x) over each row. y may be x. A NaN or a +∞ makes its row NaN. */
export function logSoftmax(x: usize, y: usize, rows: i32, n: i32): void {
  const rowBytes = (<usize>n) << 2;
  for (let row = 0; row < rows; row++, x += rowBytes, y += rowBytes) {
    const largest = Softmax.largest(x, n);
    const logOfSum = Log.scalar(Softmax.exponentials(x, 0, n, largest));
    for (let i: usize = 0; i < rowBytes; i += 4) store<f32>(y + i, load<f32>(x + i) - largest - logOfSum);
  }
}

/**
 * Batch normalisation in training (Ioffe and Szegedy 2015): each channel is brought to mean 0 and variance 1 over all
 * pixels of the batch, then scaled and shifted. Inference is an affine map (channelwise.ts).
 *   statistics, 4 × C: mean, 1 / √(variance + ε), unbiased variance, which are kept for the backward pass and the running
 *   ones; scale / √(variance + ε)
 */
import { Columns } from './columns';
import { Simd } from './simd';

class BatchNorm {
  /** y = clamp((x − mean)·factor + shift, lo, hi), four channels of which `lanes` are real. */
  @inline
  static output(x: usize, y: usize, mean: usize, shift: usize, rowBytes: usize, lo: v128, hi: v128, lanes: i32): void {
    const centred = f32x4.sub(v128.load(x), v128.load(mean));
    const value = Simd.madd(centred, v128.load(mean + 3 * rowBytes), v128.load(shift));
    Simd.store(y, Simd.clamp(value, lo, hi), lanes);
  }
}

/**
 * y [rows,C] = clamp((x − mean)·scale / √(variance + ε) + shift, lo, hi) with the batch's own mean and (biased) variance; fills
 * `statistics`. The unbiased variance is rows / (rows − 1) times the biased one, 0 where rows = 1.
 */
export function batchNorm2dTraining(
  x: usize,
  scale: usize,
  shift: usize,
  y: usize,
  statistics: usize,
  rows: i32,
  c: i32,
  epsilon: f64,
  lo: f32,
  hi: f32,
): void {
  const rowBytes = (<usize>c) << 2;
  const count = f32x4.splat(<f32>rows);
  const degreesOfFreedom = f32x4.splat(<f32>max(rows - 1, 1));
  for (let i = 0; i < c; i += 4) {
    const channel = (<usize>i) << 2;
    const lanes = min(4, c - i);
    const p = x + channel;
    const mean = f32x4.div(Columns.sum(p, rowBytes, rows), count);
    const squares = Columns.centredProducts(true, p, p, mean, rowBytes, rows);
    const variance = f32x4.div(squares, count);
    const deviation = f32x4.sqrt(f32x4.add(variance, f32x4.splat(<f32>epsilon)));
    const inverse = f32x4.div(f32x4.splat(1), deviation);
    const target = statistics + channel;
    Simd.store(target, mean, lanes);
    Simd.store(target + rowBytes, inverse, lanes);
    Simd.store(target + 2 * rowBytes, f32x4.div(squares, degreesOfFreedom), lanes);
    Simd.store(target + 3 * rowBytes, f32x4.mul(inverse, v128.load(scale + channel)), lanes);
  }
  const low = f32x4.splat(lo);
  const high = f32x4.splat(hi);
  const vectorBytes = (<usize>(c & ~3)) << 2;
  for (let row = 0; row < rows; row++, x += rowBytes, y += rowBytes) {
    let i: usize = 0;
    for (; i < vectorBytes; i += 16) BatchNorm.output(x + i, y + i, statistics + i, shift + i, rowBytes, low, high, 4);
    if (i < rowBytes) BatchNorm.output(x + i, y + i, statistics + i, shift + i, rowBytes, low, high, c & 3);
  }
}

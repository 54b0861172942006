/**
 * Normalisation within a sample (Wu and He 2018): the channels of x [N,P,C] fall into groups of C / groups; each group of
 * each sample is brought to mean 0 and variance 1 over its P × C / groups values, then every channel is scaled and shifted.
 *   Layer norm is P = 1 and one group, instance norm as many groups as channels.
 */
import { Columns } from './columns';
import { Simd } from './simd';

export class GroupNorm {
  /**
   * means [C], inverses [C] ← mean and 1 / √(variance + ε) of the group that each channel is in, for one sample x [P,C]:
   * first down the columns, then along each group; the variance around the mean that was found (two passes).
   */
  static statistics(x: usize, means: usize, inverses: usize, pixels: i32, c: i32, groups: i32, epsilon: f64): void {
    const rowBytes = (<usize>c) << 2;
    const count = <f32>pixels * <f32>(c / groups);
    for (let i = 0; i < c; i += 4) {
      const channel = (<usize>i) << 2;
      Simd.store(means + channel, Columns.sum(x + channel, rowBytes, pixels), min(4, c - i));
    }
    GroupNorm.spread(means, c, groups, count);
    for (let i = 0; i < c; i += 4) {
      const channel = (<usize>i) << 2;
      const p = x + channel;
      const squares = Columns.centredProducts(true, p, p, v128.load(means + channel), rowBytes, pixels);
      Simd.store(inverses + channel, squares, min(4, c - i));
    }
    GroupNorm.spread(inverses, c, groups, count);
    for (let i = 0; i < c; i += 4) {
      const target = inverses + ((<usize>i) << 2);
      const deviation = f32x4.sqrt(f32x4.add(v128.load(target), f32x4.splat(<f32>epsilon)));
      Simd.store(target, f32x4.div(f32x4.splat(1), deviation), min(4, c - i));
    }
  }

  /** Puts the sum of each group's values, divided by `count`, in the place of them all. */
  static spread(p: usize, c: i32, groups: i32, count: f32): void {
    const size = c / groups;
    const bytes = (<usize>size) << 2;
    const vectorBytes = (<usize>(size & ~3)) << 2;
    for (let group = 0; group < groups; group++, p += bytes) {
      let four = Simd.zero();
      let i: usize = 0;
      for (; i < vectorBytes; i += 16) four = f32x4.add(four, v128.load(p + i));
      let sum = Simd.sum(four);
      for (; i < bytes; i += 4) sum += load<f32>(p + i);
      const mean = sum / count;
      for (i = 0; i < vectorBytes; i += 16) v128.store(p + i, f32x4.splat(mean));
      for (; i < bytes; i += 4) store<f32>(p + i, mean);
    }
  }
}

/**
 * y [N,P,C] = clamp((x − mean) / √(variance + ε)·scale [C] + shift [C], lo, hi). y may be x. scratch: 2 × C f32.
 */
export function groupNorm(
  x: usize,
  scale: usize,
  shift: usize,
  y: usize,
  n: i32,
  pixels: i32,
  c: i32,
  groups: i32,
  epsilon: f64,
  lo: f32,
  hi: f32,
  scratch: usize,
): void {
  const rowBytes = (<usize>c) << 2;
  const inverses = scratch + rowBytes;
  const low = f32x4.splat(lo);
  const high = f32x4.splat(hi);
  for (let sample = 0; sample < n; sample++) {
    GroupNorm.statistics(x, scratch, inverses, pixels, c, groups, epsilon);
    for (let pixel = 0; pixel < pixels; pixel++, x += rowBytes, y += rowBytes) {
      for (let i = 0; i < c; i += 4) {
        const channel = (<usize>i) << 2;
        const factor = f32x4.mul(v128.load(inverses + channel), v128.load(scale + channel));
        const centred = f32x4.sub(v128.load(x + channel), v128.load(scratch + channel));
        const value = Simd.madd(centred, factor, v128.load(shift + channel));
        Simd.store(y + channel, Simd.clamp(value, low, high), min(4, c - i));
      }
    }
  }
}

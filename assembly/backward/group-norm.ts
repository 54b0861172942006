/** The gradient of normalisation within a sample (../group-norm.ts): that of batch norm, group by group. */
import { Columns } from '../columns';
import { GroupNorm } from '../group-norm';
import { Simd } from '../simd';

/**
 * With x̂ = (x − mean)·inverse and means over each group of each sample (the statistics are found again: that costs less
 * than to keep them):
 *   dShift = Σ dy · dScale = Σ dy·x̂, over samples and pixels · dx = inverse·(dy·scale − mean(dy·scale) − x̂·mean(dy·scale·x̂))
 * dx = 0: not wanted. scratch: 4 × C f32. Written, not added to.
 */
export function groupNormBackward(
  x: usize,
  scale: usize,
  dy: usize,
  dx: usize,
  dScale: usize,
  dShift: usize,
  n: i32,
  pixels: i32,
  c: i32,
  groups: i32,
  epsilon: f64,
  scratch: usize,
): void {
  const rowBytes = (<usize>c) << 2;
  const inverses = scratch + rowBytes;
  const gradients = inverses + rowBytes;
  const products = gradients + rowBytes;
  const count = <f32>pixels * <f32>(c / groups);
  memory.fill(dScale, 0, rowBytes);
  memory.fill(dShift, 0, rowBytes);
  for (let sample = 0; sample < n; sample++) {
    GroupNorm.statistics(x, scratch, inverses, pixels, c, groups, epsilon);
    for (let i = 0; i < c; i += 4) {
      const channel = (<usize>i) << 2;
      const lanes = min(4, c - i);
      const mean = v128.load(scratch + channel);
      const factor = v128.load(scale + channel);
      const sum = Columns.sum(dy + channel, rowBytes, pixels);
      const centred = Columns.centredProducts(false, x + channel, dy + channel, mean, rowBytes, pixels);
      const product = f32x4.mul(centred, v128.load(inverses + channel));
      Simd.store(dShift + channel, f32x4.add(v128.load(dShift + channel), sum), lanes);
      Simd.store(dScale + channel, f32x4.add(v128.load(dScale + channel), product), lanes);
      Simd.store(gradients + channel, f32x4.mul(sum, factor), lanes);
      Simd.store(products + channel, f32x4.mul(product, factor), lanes);
    }
    if (dx) {
      GroupNorm.spread(gradients, c, groups, count);
      GroupNorm.spread(products, c, groups, count);
    }
    for (let pixel = 0; pixel < pixels; pixel++, x += rowBytes, dy += rowBytes) {
      if (!dx) continue;
      for (let i = 0; i < c; i += 4) {
        const channel = (<usize>i) << 2;
        const inverse = v128.load(inverses + channel);
        const normalised = f32x4.mul(f32x4.sub(v128.load(x + channel), v128.load(scratch + channel)), inverse);
        const means = Simd.madd(normalised, v128.load(products + channel), v128.load(gradients + channel));
        const centred = f32x4.sub(f32x4.mul(v128.load(dy + channel), v128.load(scale + channel)), means);
        Simd.store(dx + channel, f32x4.mul(centred, inverse), min(4, c - i));
      }
      dx += rowBytes;
    }
  }
}

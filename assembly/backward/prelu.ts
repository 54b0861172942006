/** The gradient of the parametric rectifier (He et al. 2015, §2.1). */
import { Simd } from '../simd';

/**
 * dx [rows,C] = dy where x > 0, else slope·dy; dSlope [C] = Σ min(x, 0)·dy over all rows; dx = 0: not wanted.
 * x and dy are read up to 12 bytes beyond their end.
 */
export function preluBackward(x: usize, slope: usize, dy: usize, dx: usize, dSlope: usize, rows: i32, c: i32): void {
  const rowBytes = (<usize>c) << 2;
  const zero = Simd.zero();
  for (let i = 0; i < c; i += 4) {
    const channel = (<usize>i) << 2;
    const lanes = min(4, c - i);
    const factor = v128.load(slope + channel);
    let sum = zero;
    for (let row = 0, offset = channel; row < rows; row++, offset += rowBytes) {
      const value = v128.load(x + offset);
      const gradient = v128.load(dy + offset);
      sum = f32x4.add(sum, f32x4.mul(f32x4.min(value, zero), gradient));
      if (!dx) continue;
      const passed = v128.bitselect(gradient, f32x4.mul(factor, gradient), f32x4.gt(value, zero));
      Simd.store(dx + offset, passed, lanes);
    }
    Simd.store(dSlope + channel, sum, lanes);
  }
}

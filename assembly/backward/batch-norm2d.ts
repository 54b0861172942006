/** The gradient of batch normalisation with batch statistics (Ioffe and Szegedy 2015, §3). */
import { Columns } from '../columns';
import { Simd } from '../simd';

/**
 * With x̂ = (x − mean)·inverse, over all rows of a channel:
 *   dShift = Σ dy · dScale = Σ dy·x̂ · dx [rows,C] = scale·inverse·(dy − dShift / rows − x̂·dScale / rows)
 * statistics as batchNorm2dTraining left them; dx = 0: not wanted.
 */
export function batchNorm2dBackward(
  x: usize,
  scale: usize,
  dy: usize,
  statistics: usize,
  dx: usize,
  dScale: usize,
  dShift: usize,
  rows: i32,
  c: i32,
): void {
  const rowBytes = (<usize>c) << 2;
  for (let i = 0; i < c; i += 4) {
    const channel = (<usize>i) << 2;
    const lanes = min(4, c - i);
    const mean = v128.load(statistics + channel);
    const inverse = v128.load(statistics + rowBytes + channel);
    const products = Columns.centredProducts(false, x + channel, dy + channel, mean, rowBytes, rows);
    Simd.store(dScale + channel, f32x4.mul(products, inverse), lanes);
    Simd.store(dShift + channel, Columns.sum(dy + channel, rowBytes, rows), lanes);
  }
  if (!dx) return;
  const count = f32x4.splat(<f32>rows);
  for (let row = 0; row < rows; row++, x += rowBytes, dy += rowBytes, dx += rowBytes) {
    for (let i = 0; i < c; i += 4) {
      const channel = (<usize>i) << 2;
      const inverse = v128.load(statistics + rowBytes + channel);
      const normalised = f32x4.mul(f32x4.sub(v128.load(x + channel), v128.load(statistics + channel)), inverse);
      const sums = Simd.madd(normalised, v128.load(dScale + channel), v128.load(dShift + channel));
      const centred = f32x4.sub(v128.load(dy + channel), f32x4.div(sums, count));
      const factor = f32x4.mul(v128.load(scale + channel), inverse);
      Simd.store(dx + channel, f32x4.mul(factor, centred), min(4, c - i));
    }
  }
}

/** The gradient of batch normalisation with batch statistics (Ioffe and Szegedy 2015, §3). */
import { Columns } from '../columns';
import { Simd } from '../simd';

class BatchNorm {
  /** dx = factor·((dy − share) − (x − mean)·slope), four channels of which `lanes` are real. */
  @inline
  static input(x: usize, dy: usize, dx: usize, mean: usize, rowBytes: usize, lanes: i32): void {
    const share = v128.load(mean + 3 * rowBytes);
    const slope = v128.load(mean + 4 * rowBytes);
    const factor = v128.load(mean + 5 * rowBytes);
    const centred = f32x4.sub(v128.load(x), v128.load(mean));
    const rest = f32x4.sub(f32x4.sub(v128.load(dy), share), f32x4.mul(centred, slope));
    Simd.store(dx, f32x4.mul(factor, rest), lanes);
  }
}

/**
 * With x̂ = (x − mean)·inverse, over all rows of a channel:
 *   dShift = Σ dy · dScale = Σ dy·x̂ · dx [rows,C] = scale·inverse·(dy − dShift / rows − x̂·dScale / rows)
 * statistics, 6 × C: three rows as batchNorm2dTraining left them, three for what a channel of dx is computed with;
 * dx = 0: not wanted.
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
  const count = f32x4.splat(<f32>rows);
  for (let i = 0; i < c; i += 4) {
    const channel = (<usize>i) << 2;
    const lanes = min(4, c - i);
    const p = statistics + channel;
    const inverse = v128.load(p + rowBytes);
    const products = Columns.centredProducts(false, x + channel, dy + channel, v128.load(p), rowBytes, rows);
    const scaleGradient = f32x4.mul(products, inverse);
    const shiftGradient = Columns.sum(dy + channel, rowBytes, rows);
    Simd.store(dScale + channel, scaleGradient, lanes);
    Simd.store(dShift + channel, shiftGradient, lanes);
    Simd.store(p + 3 * rowBytes, f32x4.div(shiftGradient, count), lanes);
    Simd.store(p + 4 * rowBytes, f32x4.mul(f32x4.div(scaleGradient, count), inverse), lanes);
    Simd.store(p + 5 * rowBytes, f32x4.mul(v128.load(scale + channel), inverse), lanes);
  }
  if (!dx) return;
  const vectorBytes = (<usize>(c & ~3)) << 2;
  for (let row = 0; row < rows; row++, x += rowBytes, dy += rowBytes, dx += rowBytes) {
    let i: usize = 0;
    for (; i < vectorBytes; i += 16) BatchNorm.input(x + i, dy + i, dx + i, statistics + i, rowBytes, 4);
    if (i < rowBytes) BatchNorm.input(x + i, dy + i, dx + i, statistics + i, rowBytes, c & 3);
  }
}

/** The same map for all pixels, another for each channel: bias, batch norm at inference, parametric rectifier. y may be x. */
import { Simd } from './simd';

class Channelwise {
  /** y[r,c] = clamp(op(x[r,c], p[c], q[c]), lo, hi). x, p and q are read up to 12 bytes beyond their end. */
  @inline
  static run<Op>(x: usize, p: usize, q: usize, y: usize, rows: i32, c: i32, lo: f32, hi: f32): void {
    const op = changetype<Op>(0);
    const low = f32x4.splat(lo);
    const high = f32x4.splat(hi);
    const rowBytes = (<usize>c) << 2;
    const vectorBytes = (<usize>(c & ~3)) << 2;
    const lanes = c & 3;
    for (let row = 0; row < rows; row++, x += rowBytes, y += rowBytes) {
      let i: usize = 0;
      for (; i < vectorBytes; i += 16) {
        v128.store(y + i, Simd.clamp(op.of(v128.load(x + i), v128.load(p + i), v128.load(q + i)), low, high));
      }
      if (lanes) {
        const tail = op.of(v128.load(x + i), v128.load(p + i), v128.load(q + i));
        Simd.store(y + i, Simd.clamp(tail, low, high), lanes);
      }
    }
  }
}

@unmanaged
class Bias {
  @inline
  of(x: v128, bias: v128, _: v128): v128 {
    return f32x4.add(x, bias);
  }
}

@unmanaged
class Affine {
  @inline
  of(x: v128, factor: v128, shift: v128): v128 {
    return Simd.madd(x, factor, shift);
  }
}

@unmanaged
class PRelu {
  @inline
  of(x: v128, slope: v128, _: v128): v128 {
    return v128.bitselect(x, f32x4.mul(x, slope), f32x4.gt(x, Simd.zero()));
  }
}

/** y [rows,C] = clamp(x + bias [C], lo, hi). */
export function addBias(x: usize, bias: usize, y: usize, rows: i32, c: i32, lo: f32, hi: f32): void {
  Channelwise.run<Bias>(x, bias, bias, y, rows, c, lo, hi);
}

/** y [rows,C] = clamp(x·factor + shift, lo, hi); affine: factor [C], then shift [C]. */
export function affine(x: usize, affine: usize, y: usize, rows: i32, c: i32, lo: f32, hi: f32): void {
  Channelwise.run<Affine>(x, affine, affine + ((<usize>c) << 2), y, rows, c, lo, hi);
}

/** y [rows,C] = clamp(x where x > 0, else slope [C]·x, lo, hi). */
export function prelu(x: usize, slope: usize, y: usize, rows: i32, c: i32, lo: f32, hi: f32): void {
  Channelwise.run<PRelu>(x, slope, slope, y, rows, c, lo, hi);
}

/**
 * The affine map that batch norm is at inference (Ioffe and Szegedy 2015): factor = scale / √(variance + ε),
 * shift' = shift − mean·factor; affine ← factor [C], then shift' [C].
 */
export function packBatchNorm2d(
  scale: usize,
  shift: usize,
  mean: usize,
  variance: usize,
  c: i32,
  epsilon: f64,
  affine: usize,
): void {
  for (let i: usize = 0; i < (<usize>c) << 2; i += 4) {
    const factor = <f64>load<f32>(scale + i) / sqrt(<f64>load<f32>(variance + i) + epsilon);
    store<f32>(affine + i, <f32>factor);
    store<f32>(affine + ((<usize>c) << 2) + i, <f32>(<f64>load<f32>(shift + i) - <f64>load<f32>(mean + i) * factor));
  }
}

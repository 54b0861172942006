/** Pooling over whole images: a vector of channels from each. */
import { Columns } from './columns';
import { Simd } from './simd';

/** y [N,C] = the mean of each channel of x [N,pixels,C]. */
export function globalAveragePool2d(x: usize, y: usize, n: i32, pixels: i32, c: i32): void {
  const pixelBytes = (<usize>c) << 2;
  const count = f32x4.splat(<f32>pixels);
  for (let image = 0; image < n; image++) {
    for (let i = 0; i < c; i += 4) {
      const channel = (<usize>i) << 2;
      const mean = f32x4.div(Columns.sum(x + channel, pixelBytes, pixels), count);
      Simd.store(y + channel, mean, min(4, c - i));
    }
    x += <usize>pixels * pixelBytes;
    y += pixelBytes;
  }
}

/** y [N,C] = the largest value of each channel of x [N,pixels,C], NaN where it holds one. */
export function globalMaxPool2d(x: usize, y: usize, n: i32, pixels: i32, c: i32): void {
  const pixelBytes = (<usize>c) << 2;
  for (let image = 0; image < n; image++) {
    for (let i = 0; i < c; i += 4) {
      const channel = (<usize>i) << 2;
      let best = f32x4.splat(-Infinity);
      let p = x + channel;
      for (let pixel = 0; pixel < pixels; pixel++, p += pixelBytes) best = f32x4.max(best, v128.load(p));
      Simd.store(y + channel, best, min(4, c - i));
    }
    x += <usize>pixels * pixelBytes;
    y += pixelBytes;
  }
}

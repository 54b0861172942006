/** Gradients of pooling: back to where the maximum was, or to all pixels that the mean was made of. */

import { PoolWindows } from '../pool-windows';
import { Simd } from '../simd';

/** Hands each gradient to the first of a run of values that equals the maximum (or is NaN, where the maximum is). */
class Winner {
  /** Adds dy at `target` in the lanes of `open` where x wins; returns the lanes that are still open. */
  @inline
  static take(x: v128, best: v128, dy: v128, open: v128, target: usize, lanes: i32): v128 {
    const wins = v128.and(open, v128.or(f32x4.eq(x, best), f32x4.ne(x, x)));
    Simd.store(target, f32x4.add(v128.load(target), v128.and(dy, wins)), lanes);
    return v128.andnot(open, wins);
  }
}

@unmanaged
class MaxPoolBackward extends PoolWindows {
  x: usize;
  y: usize;
  dy: usize;
  dx: usize;

  @inline
  visit(xOffset: usize, yOffset: usize, rows: i32, columns: i32, counted: i32): void {
    let i = 0;
    for (; i + 4 <= this.c; i += 4) this.scatter(xOffset, yOffset, rows, columns, i, 4);
    if (i < this.c) this.scatter(xOffset, yOffset, rows, columns, i, this.c - i);
  }

  @inline
  scatter(xOffset: usize, yOffset: usize, rows: i32, columns: i32, i: i32, lanes: i32): void {
    const channel = (<usize>i) << 2;
    const best = v128.load(this.y + yOffset + channel);
    const dy = v128.load(this.dy + yOffset + channel);
    const xToDx = this.dx - this.x;
    let open = i32x4.splat(-1);
    let row = this.x + xOffset + channel;
    for (let ky = 0; ky < rows; ky++, row += this.rowBytes) {
      let p = row;
      for (let kx = 0; kx < columns; kx++, p += this.tapBytes) {
        open = Winner.take(v128.load(p), best, dy, open, p + xToDx, lanes);
      }
    }
  }
}

@unmanaged
class AveragePoolBackward extends PoolWindows {
  dy: usize;
  dx: usize;

  @inline
  visit(xOffset: usize, yOffset: usize, rows: i32, columns: i32, counted: i32): void {
    const taps = f32x4.splat(<f32>max(counted, 1));
    let i = 0;
    for (; i + 4 <= this.c; i += 4) this.scatter(xOffset, yOffset, rows, columns, i, 4, taps);
    if (i < this.c) this.scatter(xOffset, yOffset, rows, columns, i, this.c - i, taps);
  }

  @inline
  scatter(xOffset: usize, yOffset: usize, rows: i32, columns: i32, i: i32, lanes: i32, taps: v128): void {
    const channel = (<usize>i) << 2;
    const share = f32x4.div(v128.load(this.dy + yOffset + channel), taps);
    let row = this.dx + xOffset + channel;
    for (let ky = 0; ky < rows; ky++, row += this.rowBytes) {
      let p = row;
      for (let kx = 0; kx < columns; kx++, p += this.tapBytes) {
        Simd.store(p, f32x4.add(v128.load(p), share), lanes);
      }
    }
  }
}

const maxPool = changetype<MaxPoolBackward>(memory.data(offsetof<MaxPoolBackward>(), 16));
const averagePool = changetype<AveragePoolBackward>(memory.data(offsetof<AveragePoolBackward>(), 16));

/** dx [N,H,W,C] += dy [N,OH,OW,C] at the first maximum of each window; the caller clears dx. */
export function maxPool2dBackward(
  x: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  dilationH: i32,
  dilationW: i32,
  places: usize,
  y: usize,
  dy: usize,
  dx: usize,
): void {
  maxPool.set(h, w, c, oh, ow, dilationH, dilationW, places);
  maxPool.x = x;
  maxPool.y = y;
  maxPool.dy = dy;
  maxPool.dx = dx;
  PoolWindows.walk<MaxPoolBackward>(maxPool, n);
}

/** dx [N,H,W,C] += dy [N,OH,OW,C] shared out evenly among the taps of each window; the caller clears dx. */
export function averagePool2dBackward(
  dx: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  dilationH: i32,
  dilationW: i32,
  places: usize,
  dy: usize,
): void {
  averagePool.set(h, w, c, oh, ow, dilationH, dilationW, places);
  averagePool.dy = dy;
  averagePool.dx = dx;
  PoolWindows.walk<AveragePoolBackward>(averagePool, n);
}

/** dx [N,pixels,C] = dy [N,C] at the first maximum of each image and channel, else 0. */
export function globalMaxPool2dBackward(x: usize, y: usize, dy: usize, dx: usize, n: i32, pixels: i32, c: i32): void {
  const pixelBytes = (<usize>c) << 2;
  const imageBytes = <usize>pixels * pixelBytes;
  memory.fill(dx, 0, <usize>n * imageBytes);
  const xToDx = dx - x;
  for (let image = 0; image < n; image++) {
    for (let i = 0; i < c; i += 4) {
      const channel = (<usize>i) << 2;
      const best = v128.load(y + channel);
      const gradient = v128.load(dy + channel);
      let open = i32x4.splat(-1);
      let p = x + channel;
      for (let pixel = 0; pixel < pixels; pixel++, p += pixelBytes) {
        open = Winner.take(v128.load(p), best, gradient, open, p + xToDx, min(4, c - i));
      }
    }
    x += imageBytes;
    y += pixelBytes;
    dy += pixelBytes;
  }
}

/** dx [N,pixels,C] = dy [N,C] / pixels. */
export function globalAveragePool2dBackward(dy: usize, dx: usize, n: i32, pixels: i32, c: i32): void {
  const pixelBytes = (<usize>c) << 2;
  const count = f32x4.splat(<f32>pixels);
  for (let image = 0; image < n; image++, dy += pixelBytes) {
    for (let pixel = 0; pixel < pixels; pixel++, dx += pixelBytes) {
      for (let i = 0; i < c; i += 4) {
        const channel = (<usize>i) << 2;
        Simd.store(dx + channel, f32x4.div(v128.load(dy + channel), count), min(4, c - i));
      }
    }
  }
}

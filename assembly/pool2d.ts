/** Max and average pooling over windows, sliding or adaptive ones. Padding is −∞ to the maximum and 0 to the mean. */

import { PoolWindows } from './pool-windows';
import { Simd } from './simd';

@unmanaged
class MaxPool extends PoolWindows {
  x: usize;
  y: usize;

  @inline
  visit(xOffset: usize, yOffset: usize, rows: i32, columns: i32, counted: i32): void {
    const rowBytes = this.rowBytes;
    const tapBytes = this.tapBytes;
    const height = <usize>rows * rowBytes;
    const width = <usize>columns * tapBytes;
    let x = this.x + xOffset;
    let y = this.y + yOffset;
    let left = this.c;
    for (; left >= 4; left -= 4, x += 16, y += 16) v128.store(y, MaxPool.largest(x, height, rowBytes, width, tapBytes));
    if (left > 0) Simd.store(y, MaxPool.largest(x, height, rowBytes, width, tapBytes), left);
  }

  /** f32x4.max is slow, and pmax loses a NaN on its right: so these are looked for by themselves. */
  @inline
  static largest(row: usize, height: usize, rowBytes: usize, width: usize, tapBytes: usize): v128 {
    let best = f32x4.splat(-Infinity);
    let unordered = Simd.zero();
    for (const end = row + height; row != end; row += rowBytes) {
      for (let tap = row, tapsEnd = row + width; tap != tapsEnd; tap += tapBytes) {
        const value = v128.load(tap);
        best = f32x4.pmax(best, value);
        unordered = v128.or(unordered, f32x4.ne(value, value));
      }
    }
    return v128.or(best, unordered); // all ones are a NaN
  }
}

@unmanaged
class AveragePool extends PoolWindows {
  x: usize;
  y: usize;

  @inline
  visit(xOffset: usize, yOffset: usize, rows: i32, columns: i32, counted: i32): void {
    const y = this.y + yOffset;
    const taps = f32x4.splat(<f32>max(counted, 1));
    for (let i = 0; i < this.c; i += 4) this.reduce(xOffset, y, i, min(4, this.c - i), rows, columns, taps);
  }

  @inline
  reduce(xOffset: usize, y: usize, i: i32, lanes: i32, rows: i32, columns: i32, taps: v128): void {
    const channel = (<usize>i) << 2;
    let sum = Simd.zero();
    let row = this.x + xOffset + channel;
    for (let ky = 0; ky < rows; ky++, row += this.rowBytes) {
      let tap = row;
      for (let kx = 0; kx < columns; kx++, tap += this.tapBytes) sum = f32x4.add(sum, v128.load(tap));
    }
    Simd.store(y + channel, f32x4.div(sum, taps), lanes);
  }
}

const maxPool = changetype<MaxPool>(memory.data(offsetof<MaxPool>(), 16));
const averagePool = changetype<AveragePool>(memory.data(offsetof<AveragePool>(), 16));

/**
 * y [N,OH,OW,C] = the largest value of x [N,H,W,C] in each window, NaN where it holds one, −∞ where it sees only padding.
 * x is read up to 12 bytes beyond its end.
 */
export function maxPool2d(
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
): void {
  maxPool.set(h, w, c, oh, ow, dilationH, dilationW, places);
  maxPool.x = x;
  maxPool.y = y;
  PoolWindows.walk<MaxPool>(maxPool, n);
}

/**
 * y [N,OH,OW,C] = the mean of x [N,H,W,C] in each window, over as many taps as the table counts; 0 where it sees nothing.
 * x is read up to 12 bytes beyond its end.
 */
export function averagePool2d(
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
): void {
  averagePool.set(h, w, c, oh, ow, dilationH, dilationW, places);
  averagePool.x = x;
  averagePool.y = y;
  PoolWindows.walk<AveragePool>(averagePool, n);
}

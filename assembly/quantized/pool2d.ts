/** Max and average pooling of u8 over windows; a window over the whole image is global pooling. */
import { PoolWindows } from '../pool-windows';
import { Output } from './output';

@unmanaged
class Pool extends PoolWindows {
  x: usize;
  y: usize;
  isMax: bool;
  xZero: i32;
  /** Scale of x / scale of y. */
  scale: f32;

  @inline
  visit(xOffset: usize, yOffset: usize, rows: i32, columns: i32, counted: i32): void {
    const x = this.x + xOffset;
    const y = this.y + yOffset;
    if (this.isMax) this.largest(x, y, rows, columns);
    else this.mean(x, y, rows, columns, counted);
  }

  @inline
  largest(x: usize, y: usize, rows: i32, columns: i32): void {
    for (let left = this.c; left > 0; left -= 16, x += 16, y += 16) {
      let best = i8x16.splat(0);
      let row = x;
      for (let ky = 0; ky < rows; ky++, row += this.rowBytes) {
        let tap = row;
        for (let kx = 0; kx < columns; kx++, tap += this.tapBytes) best = i8x16.max_u(best, v128.load(tap));
      }
      if (left >= 16) v128.store(y, best);
      else Output.storePart(y, best, best, left);
    }
  }

  @inline
  mean(x: usize, y: usize, rows: i32, columns: i32, counted: i32): void {
    const factor = f32x4.splat(this.scale / <f32>max(counted, 1));
    const zeros = i32x4.splat(-rows * columns * this.xZero);
    for (let left = this.c; left > 0; left -= 8, x += 8, y += 8) {
      let p = zeros;
      let q = zeros;
      let row = x;
      for (let ky = 0; ky < rows; ky++, row += this.rowBytes) {
        let tap = row;
        for (let kx = 0; kx < columns; kx++, tap += this.tapBytes) {
          const v = v128.load8x8_u(tap);
          p = i32x4.add(p, i32x4.extend_low_i16x8_u(v));
          q = i32x4.add(q, i32x4.extend_high_i16x8_u(v));
        }
      }
      Output.storeEight(y, Output.pair(p, q, factor, factor, Output.magic(), Output.base()), left);
    }
  }
}

const pool = changetype<Pool>(memory.data(offsetof<Pool>(), 16));

/**
 * y [N,OH,OW,C] = the largest value of x [N,H,W,C] in each window (isMax = 1; scale and zero point of y are those of x,
 * the lowest level where a window sees only padding), or the mean of x's reals over as many taps as the table counts:
 *   round((Σx − taps·xZero) · (scale / counted)) + zero, scale = xScale / yScale; padding is a real 0
 * `places` as for maxPool2d; one window of H × W is global pooling. Reads up to 15 bytes beyond the end of x.
 */
export function pool2dU8(
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
  isMax: i32,
  xZero: i32,
  scale: f32,
  zero: i32,
): void {
  Output.set(zero, 0, 255);
  pool.set(h, w, c, oh, ow, dilationH, dilationW, places, 1);
  pool.x = x;
  pool.y = y;
  pool.isMax = isMax != 0;
  pool.xZero = xZero;
  pool.scale = scale;
  PoolWindows.walk<Pool>(pool, n);
}

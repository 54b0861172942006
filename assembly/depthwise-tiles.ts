/**
 * Depthwise convolution by tiles: four output pixels of a row at a time, four channels in a vector, so that a filter tap
 * is loaded once for four products and an input pixel once for up to KW. For windows of 3 or 5 columns at a stride of 1 or
 * 2, one filter a channel, at least four channels and four output columns; depthwise-conv2d.ts has the general way.
 */
import { Simd } from './simd';

/** Output pixels of a tile. */
const PIXELS = 4;

@unmanaged
class Tiles {
  h: i32;
  w: i32;
  oh: i32;
  ow: i32;
  kh: i32;
  strideH: i32;
  top: i32;
  left: i32;
  /** Bytes of one pixel, of x and of y alike. */
  pixelBytes: usize;
  filter: usize;
  bias: usize;
  lo: f32;
  hi: f32;
}

const g = changetype<Tiles>(memory.data(offsetof<Tiles>(), 16));

class Tile {
  /** sum + x·filter[tap], where `tap` (a literal) is one of KW; else the sum as it is. */
  @inline
  static add(sum: v128, x: v128, tap: i32, kw: i32, f0: v128, f1: v128, f2: v128, f3: v128, f4: v128): v128 {
    if (tap < 0 || tap >= kw) return sum;
    if (tap == 0) return Simd.madd(x, f0, sum);
    if (tap == 1) return Simd.madd(x, f1, sum);
    if (tap == 2) return Simd.madd(x, f2, sum);
    if (tap == 3) return Simd.madd(x, f3, sum);
    return Simd.madd(x, f4, sum);
  }

  /**
   * One vector of a column of x. Where the tile is `guarded`, up to half a window lies outside of the image at either end
   * (which the caller has to know): that is zero, and must not be read.
   */
  @inline
  static column(guarded: bool, kw: i32, stride: i32, p: usize, column: i32, first: i32, last: i32): v128 {
    if (guarded) {
      if (column < kw >> 1) {
        if (column < first) return Simd.zero();
      } else if (column >= (PIXELS - 1) * stride + kw - (kw >> 1)) {
        if (column >= last) return Simd.zero();
      }
    }
    return v128.load(p);
  }

  /**
   * Four output pixels, `vectors` × 4 channels.
   *   x: the first column of the first row of the window that lies within the image (before the row, where columns are
   *   skipped) · filter: that row's taps · rows: window rows within the image · first, last: columns within it
   * kw and stride are literals.
   */
  @inline
  static run(
    guarded: bool,
    kw: i32,
    stride: i32,
    x: usize,
    rowBytes: usize,
    filter: usize,
    rows: i32,
    first: i32,
    last: i32,
    y: usize,
    residual: usize,
    channelBytes: usize,
  ): void {
    const step = g.pixelBytes;
    const filterRow = <usize>kw * step;
    const filterBytes = <usize>rows * filterRow;
    let bias = g.bias;
    const end = filter + channelBytes;
    for (; filter != end; filter += 16, x += 16, y += 16) {
      let p0 = Simd.zero();
      if (bias) {
        p0 = v128.load(bias);
        bias += 16;
      }
      let p1 = p0;
      let p2 = p0;
      let p3 = p0;
      let row = x;
      let f = filter;
      const filterEnd = filter + filterBytes;
      while (f != filterEnd) {
        const f0 = v128.load(f);
        const f1 = v128.load(f + step);
        const f2 = v128.load(f + 2 * step);
        let f3 = f2;
        let f4 = f2;
        if (kw > 3) {
          f3 = v128.load(f + 3 * step);
          f4 = v128.load(f + 4 * step);
        }
        let c = row;
        let v = Tile.column(guarded, kw, stride, c, 0, first, last);
        p0 = Tile.add(p0, v, 0, kw, f0, f1, f2, f3, f4);
        c += step;
        v = Tile.column(guarded, kw, stride, c, 1, first, last);
        p0 = Tile.add(p0, v, 1, kw, f0, f1, f2, f3, f4);
        p1 = Tile.add(p1, v, 1 - stride, kw, f0, f1, f2, f3, f4);
        c += step;
        v = Tile.column(guarded, kw, stride, c, 2, first, last);
        p0 = Tile.add(p0, v, 2, kw, f0, f1, f2, f3, f4);
        p1 = Tile.add(p1, v, 2 - stride, kw, f0, f1, f2, f3, f4);
        p2 = Tile.add(p2, v, 2 - 2 * stride, kw, f0, f1, f2, f3, f4);
        c += step;
        v = Tile.column(guarded, kw, stride, c, 3, first, last);
        p0 = Tile.add(p0, v, 3, kw, f0, f1, f2, f3, f4);
        p1 = Tile.add(p1, v, 3 - stride, kw, f0, f1, f2, f3, f4);
        p2 = Tile.add(p2, v, 3 - 2 * stride, kw, f0, f1, f2, f3, f4);
        p3 = Tile.add(p3, v, 3 - 3 * stride, kw, f0, f1, f2, f3, f4);
        c += step;
        v = Tile.column(guarded, kw, stride, c, 4, first, last);
        p0 = Tile.add(p0, v, 4, kw, f0, f1, f2, f3, f4);
        p1 = Tile.add(p1, v, 4 - stride, kw, f0, f1, f2, f3, f4);
        p2 = Tile.add(p2, v, 4 - 2 * stride, kw, f0, f1, f2, f3, f4);
        p3 = Tile.add(p3, v, 4 - 3 * stride, kw, f0, f1, f2, f3, f4);
        c += step;
        v = Tile.column(guarded, kw, stride, c, 5, first, last);
        p1 = Tile.add(p1, v, 5 - stride, kw, f0, f1, f2, f3, f4);
        p2 = Tile.add(p2, v, 5 - 2 * stride, kw, f0, f1, f2, f3, f4);
        p3 = Tile.add(p3, v, 5 - 3 * stride, kw, f0, f1, f2, f3, f4);
        if (kw > 3 || stride > 1) {
          c += step;
          v = Tile.column(guarded, kw, stride, c, 6, first, last);
          p1 = Tile.add(p1, v, 6 - stride, kw, f0, f1, f2, f3, f4);
          p2 = Tile.add(p2, v, 6 - 2 * stride, kw, f0, f1, f2, f3, f4);
          p3 = Tile.add(p3, v, 6 - 3 * stride, kw, f0, f1, f2, f3, f4);
          c += step;
          v = Tile.column(guarded, kw, stride, c, 7, first, last);
          p2 = Tile.add(p2, v, 7 - 2 * stride, kw, f0, f1, f2, f3, f4);
          p3 = Tile.add(p3, v, 7 - 3 * stride, kw, f0, f1, f2, f3, f4);
        }
        if (stride > 1) {
          c += step;
          v = Tile.column(guarded, kw, stride, c, 8, first, last);
          p2 = Tile.add(p2, v, 8 - 2 * stride, kw, f0, f1, f2, f3, f4);
          p3 = Tile.add(p3, v, 8 - 3 * stride, kw, f0, f1, f2, f3, f4);
        }
        if (kw > 3 && stride > 1) {
          c += step;
          v = Tile.column(guarded, kw, stride, c, 9, first, last);
          p3 = Tile.add(p3, v, 9 - 3 * stride, kw, f0, f1, f2, f3, f4);
          c += step;
          v = Tile.column(guarded, kw, stride, c, 10, first, last);
          p3 = Tile.add(p3, v, 10 - 3 * stride, kw, f0, f1, f2, f3, f4);
        }
        row += rowBytes;
        f += filterRow;
      }
      if (residual) {
        p0 = f32x4.add(p0, v128.load(residual));
        p1 = f32x4.add(p1, v128.load(residual + step));
        p2 = f32x4.add(p2, v128.load(residual + 2 * step));
        p3 = f32x4.add(p3, v128.load(residual + 3 * step));
        residual += 16;
      }
      const low = f32x4.splat(g.lo);
      const high = f32x4.splat(g.hi);
      v128.store(y, Simd.clamp(p0, low, high));
      v128.store(y + step, Simd.clamp(p1, low, high));
      v128.store(y + 2 * step, Simd.clamp(p2, low, high));
      v128.store(y + 3 * step, Simd.clamp(p3, low, high));
    }
  }

  /** All tiles of one image; the last of a row overlaps the one before where four do not divide it. */
  static image(kw: i32, stride: i32, x: usize, y: usize, residual: usize, channelBytes: usize): void {
    const rowBytes = <usize>g.w * g.pixelBytes;
    const columns = (PIXELS - 1) * stride + kw;
    for (let oy = 0; oy < g.oh; oy++) {
      const iy = oy * g.strideH - g.top;
      const ky = max(0, -iy);
      const rows = max(0, min(g.kh, g.h - iy) - ky);
      const line = x + <usize>((iy + ky) * g.w) * g.pixelBytes;
      const filter = g.filter + <usize>(ky * kw) * g.pixelBytes;
      for (let tile = 0; tile < g.ow; tile += PIXELS) {
        const ox = min(tile, g.ow - PIXELS);
        const ix = ox * stride - g.left;
        const first = -ix;
        const last = g.w - ix;
        const start = line + <usize>ix * g.pixelBytes;
        const offset = <usize>(oy * g.ow + ox) * g.pixelBytes;
        const target = y + offset;
        const source = residual ? residual + offset : 0;
        if (first <= 0 && last >= columns) {
          if (kw == 3) {
            if (stride == 1) Tile.run(false, 3, 1, start, rowBytes, filter, rows, 0, 0, target, source, channelBytes);
            else Tile.run(false, 3, 2, start, rowBytes, filter, rows, 0, 0, target, source, channelBytes);
          } else {
            if (stride == 1) Tile.run(false, 5, 1, start, rowBytes, filter, rows, 0, 0, target, source, channelBytes);
            else Tile.run(false, 5, 2, start, rowBytes, filter, rows, 0, 0, target, source, channelBytes);
          }
        } else if (kw == 3) {
          if (stride == 1)
            Tile.run(true, 3, 1, start, rowBytes, filter, rows, first, last, target, source, channelBytes);
          else Tile.run(true, 3, 2, start, rowBytes, filter, rows, first, last, target, source, channelBytes);
        } else {
          if (stride == 1)
            Tile.run(true, 5, 1, start, rowBytes, filter, rows, first, last, target, source, channelBytes);
          else Tile.run(true, 5, 2, start, rowBytes, filter, rows, first, last, target, source, channelBytes);
        }
      }
    }
  }
}

/**
 * y [N,OH,OW,C] = clamp(x [N,H,W,C] ⋆ filter [KH,KW,C] + bias [C] (+ residual), lo, hi). KW 3 or 5, strideW 1 or 2, no
 * dilation, C a multiple of four, OW ≥ 4, windows at most KW/2 columns beyond either side; bias, residual = 0 means none.
 */
export function depthwiseConv2dTiles(
  x: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  kh: i32,
  kw: i32,
  strideH: i32,
  strideW: i32,
  top: i32,
  left: i32,
  filter: usize,
  bias: usize,
  y: usize,
  residual: usize,
  lo: f32,
  hi: f32,
): void {
  g.h = h;
  g.w = w;
  g.oh = oh;
  g.ow = ow;
  g.kh = kh;
  g.strideH = strideH;
  g.top = top;
  g.left = left;
  g.pixelBytes = (<usize>c) << 2;
  g.filter = filter;
  g.bias = bias;
  g.lo = lo;
  g.hi = hi;
  const imageBytes = <usize>(oh * ow) * g.pixelBytes;
  for (let image = 0; image < n; image++) {
    Tile.image(kw, strideW, x, y, residual, g.pixelBytes);
    x += <usize>(h * w) * g.pixelBytes;
    y += imageBytes;
    if (residual) residual += imageBytes;
  }
}

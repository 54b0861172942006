/**
 * A convolution and the 2×2 maximum behind it in one: a tile holds the four places of a window times eight output channels
 * in registers, so that what does not win is never stored. For filters of few values, where writing the outputs and reading
 * them again would take longer than computing them; no matrix of windows is made.
 */
import { RoutedPool } from './routed-pool2d';
import { Simd } from './simd';

/** What stays the same from window to window. */
@unmanaged
class Geometry {
  kh: i32;
  /** Values of one row of the filter: KW·C. */
  run: i32;
  /** Bytes from a pixel of x to the one on its right, and to the one below. */
  pixelBytes: usize;
  rowBytes: usize;
  lo: f32;
  hi: f32;
}

const g = changetype<Geometry>(memory.data(offsetof<Geometry>(), 16));

class PooledTile {
  /**
   * Eight channels of one window. Loops over three taps cost nothing: unrolled, a tile takes as long.
   *   x: under the filter's first value at the window's first place · panel: bias[8], then K × 8 (pack.ts)
   *   lanes: channels that are real
   */
  @inline
  static compute(x: usize, panel: usize, y: usize, routes: usize, lanes: i32): void {
    let a0 = v128.load(panel);
    let a1 = v128.load(panel, 16);
    let b0 = a0;
    let b1 = a1;
    let c0 = a0;
    let c1 = a1;
    let d0 = a0;
    let d1 = a1;
    const pixelBytes = g.pixelBytes;
    const rowBytes = g.rowBytes;
    let w = panel + 32;
    const end = w + ((<usize>(g.kh * g.run)) << 5);
    do {
      let p = x;
      let q = x + rowBytes;
      const rowEnd = w + ((<usize>g.run) << 5);
      do {
        const w0 = v128.load(w);
        const w1 = v128.load(w, 16);
        let s = v128.load32_splat(p);
        a0 = Simd.madd(s, w0, a0);
        a1 = Simd.madd(s, w1, a1);
        s = v128.load32_splat(p + pixelBytes);
        b0 = Simd.madd(s, w0, b0);
        b1 = Simd.madd(s, w1, b1);
        s = v128.load32_splat(q);
        c0 = Simd.madd(s, w0, c0);
        c1 = Simd.madd(s, w1, c1);
        s = v128.load32_splat(q + pixelBytes);
        d0 = Simd.madd(s, w0, d0);
        d1 = Simd.madd(s, w1, d1);
        p += 4;
        q += 4;
        w += 32;
      } while (w != rowEnd);
      x += rowBytes;
    } while (w != end);
    const low = f32x4.splat(g.lo);
    const high = f32x4.splat(g.hi);
    const first = min(4, lanes);
    Simd.store(y, Simd.clamp(RoutedPool.largest(a0, b0, c0, d0), low, high), first);
    RoutedPool.storeRoutes(a0, b0, c0, d0, routes, first);
    if (lanes <= 4) return;
    Simd.store(y + 16, Simd.clamp(RoutedPool.largest(a1, b1, c1, d1), low, high), lanes - 4);
    RoutedPool.storeRoutes(a1, b1, c1, d1, routes + 4, lanes - 4);
  }

  /** One panel over all windows of one image. */
  @inline
  static image(x: usize, panel: usize, y: usize, routes: usize, oc: i32, down: i32, across: i32, lanes: i32): void {
    for (let row = 0; row < down; row++) {
      let p = x + <usize>(2 * row) * g.rowBytes;
      for (let column = 0; column < across; column++) {
        PooledTile.compute(p, panel, y, routes, lanes);
        p += 2 * g.pixelBytes;
        y += (<usize>oc) << 2;
        routes += <usize>oc;
      }
    }
  }
}

/**
 * y [N,OH/2,OW/2,OC] = the largest value in each 2×2 window of clamp(x [N,H,W,C] ⋆ filter + bias, lo, hi), and its route
 * (routed-pool2d.ts); one group, stride 1, no padding, no dilation.
 *   panels: filter as a matrix [KH·KW·C, OC] (pack.ts)
 */
export function conv2dMaxPool2d(
  x: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  kh: i32,
  kw: i32,
  panels: usize,
  y: usize,
  oc: i32,
  lo: f32,
  hi: f32,
  routes: usize,
): void {
  g.kh = kh;
  g.run = kw * c;
  g.pixelBytes = (<usize>c) << 2;
  g.rowBytes = <usize>w * g.pixelBytes;
  g.lo = lo;
  g.hi = hi;
  const down = (h - kh + 1) >> 1;
  const across = (w - kw + 1) >> 1;
  const panelBytes = (<usize>(kh * g.run + 1)) << 5;
  for (let image = 0; image < n; image++) {
    let panel = panels;
    for (let column = 0; column < oc; column += 8, panel += panelBytes) {
      const target = y + ((<usize>column) << 2);
      const route = routes + <usize>column;
      const lanes = oc - column;
      if (lanes >= 8) PooledTile.image(x, panel, target, route, oc, down, across, 8);
      else PooledTile.image(x, panel, target, route, oc, down, across, lanes);
    }
    x += <usize>h * g.rowBytes;
    y += (<usize>(down * across * oc)) << 2;
    routes += <usize>(down * across * oc);
  }
}

/**
 * Max pooling in training over 2×2 windows side by side. Beside the maximum it writes its route, a byte that says where it
 * came from: three of four gradients behind such a window are zero, and the backward pass goes along the routes alone.
 *   route: 0…3, the window's places in reading order; of equal values the first
 */
import { Simd } from './simd';

export class RoutedPool {
  /** The largest of four vectors, lane by lane; a NaN wins. */
  @inline
  static largest(a: v128, b: v128, c: v128, d: v128): v128 {
    const best = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
    // pmax keeps a NaN on its left alone: one in b, c or d is put in as a mask, which is a NaN itself.
    const lost = v128.or(v128.or(f32x4.ne(b, b), f32x4.ne(c, c)), f32x4.ne(d, d));
    return v128.or(best, lost);
  }

  /** Stores the routes of the first `lanes` (1…4) of four windows whose values lie in four vectors. */
  @inline
  static storeRoutes(a: v128, b: v128, c: v128, d: v128, routes: usize, lanes: i32): void {
    const below = f32x4.gt(f32x4.pmax(c, d), f32x4.pmax(a, b));
    const right = v128.bitselect(f32x4.gt(d, c), f32x4.gt(b, a), below);
    const route = i32x4.neg(i32x4.add(i32x4.add(below, below), right)); // masks are −1
    const halves = i16x8.narrow_i32x4_s(route, route);
    const bytes = i8x16.narrow_i16x8_s(halves, halves);
    if (lanes == 4) {
      v128.store32_lane(routes, bytes, 0);
      return;
    }
    v128.store8_lane(routes, bytes, 0);
    if (lanes > 1) v128.store8_lane(routes, bytes, 1, 1);
    if (lanes > 2) v128.store8_lane(routes, bytes, 2, 2);
  }

  /** Four channels of one window whose upper left value is at p. */
  @inline
  static window(p: usize, pixelBytes: usize, rowBytes: usize, y: usize, routes: usize, lanes: i32): void {
    const a = v128.load(p);
    const b = v128.load(p + pixelBytes);
    const c = v128.load(p + rowBytes);
    const d = v128.load(p + rowBytes + pixelBytes);
    Simd.store(y, RoutedPool.largest(a, b, c, d), lanes);
    RoutedPool.storeRoutes(a, b, c, d, routes, lanes);
  }
}

/**
 * y [N,⌊H/2⌋,⌊W/2⌋,C] = the largest value of x [N,H,W,C] in each window; routes: as many bytes.
 * x is read up to 12 bytes beyond its end.
 */
export function maxPool2dRouted(x: usize, n: i32, h: i32, w: i32, c: i32, y: usize, routes: usize): void {
  const pixelBytes = (<usize>c) << 2;
  const rowBytes = <usize>w * pixelBytes;
  const across = w >> 1;
  const down = h >> 1;
  for (let image = 0; image < n; image++) {
    for (let row = 0; row < down; row++) {
      let window = x + <usize>(image * h + 2 * row) * rowBytes;
      for (let column = 0; column < across; column++, window += 2 * pixelBytes) {
        let i = 0;
        for (; i + 4 <= c; i += 4, y += 16, routes += 4) {
          RoutedPool.window(window + ((<usize>i) << 2), pixelBytes, rowBytes, y, routes, 4);
        }
        if (i < c) {
          RoutedPool.window(window + ((<usize>i) << 2), pixelBytes, rowBytes, y, routes, c - i);
          y += (<usize>(c - i)) << 2;
          routes += <usize>(c - i);
        }
      }
    }
  }
}

/**
 * The gradient of the input of a convolution behind which a 2×2 maximum was taken (routed-pool2d.ts). The live gradients of
 * an image are listed output pixel by output pixel, and each adds its filter, times itself, to the pixels under its window.
 *
 * A column of dx is done at a time, from top to bottom: three of its pixels are in registers while an output row's
 * gradients reach them; then the uppermost is complete. The gradients that reach a column lie in KW neighbouring output
 * pixels, so in the list they are one run.
 */
import { Simd } from '../simd';

@unmanaged
class Geometry {
  /** Rows and columns of dx, and zeros above and on the left of it. */
  h: i32;
  w: i32;
  top: i32;
  left: i32;
  c: i32;
  kw: i32;
  /** Output rows and columns that windows of the maximum cover: even numbers. */
  oh: i32;
  ow: i32;
  oc: i32;
  /** Bytes from filter row to filter row, and from output channel to output channel. */
  rowBytes: usize;
  filterBytes: usize;
  entries: usize;
  starts: usize;
}

const g = changetype<Geometry>(memory.data(offsetof<Geometry>(), 16));

/** Bytes of a tap in a slice: sixteen channels. */
const TAP_BYTES: usize = 64;

class Routed {
  /**
   * Lists an image's live gradients by output row and column: entries of (bytes of the channel's filter, less those of as
   * many taps as the column's number; gradient). starts [OH][OW + 1]: where each pixel's entries begin.
   */
  static list(dy: usize, routes: usize): void {
    let entry = g.entries;
    let start = g.starts;
    const across = g.ow >> 1;
    for (let oy = 0; oy < g.oh; oy++) {
      const line = <usize>((oy >> 1) * across * g.oc);
      for (let ox = 0; ox < g.ow; ox++, start += 4) {
        store<u32>(start, <u32>entry);
        const pixel = line + <usize>((ox >> 1) * g.oc);
        entry = Routed.listPixel(
          dy + (pixel << 2),
          routes + pixel,
          ((oy & 1) << 1) | (ox & 1),
          entry,
          0 - <usize>ox * TAP_BYTES,
        );
      }
      store<u32>(start, <u32>entry);
      start += 4;
    }
  }

  /** The channels of one window whose route is this one; sixteen at a time. */
  @inline
  static listPixel(dy: usize, routes: usize, route: i32, entry: usize, shift: usize): usize {
    const wanted = i8x16.splat(<i8>route);
    for (let channel = 0; channel < g.oc; channel += 16, dy += 64, routes += 16) {
      let mask = i8x16.bitmask(i8x16.eq(v128.load(routes), wanted));
      const left = g.oc - channel;
      if (left < 16) mask &= (1 << left) - 1;
      const filter = <usize>channel * g.filterBytes + shift;
      while (mask) {
        const bit = <usize>ctz(mask);
        mask &= mask - 1;
        const gradient = load<u32>(dy + (bit << 2));
        store<u32>(entry, <u32>(filter + bit * g.filterBytes));
        store<u32>(entry, gradient, 4);
        entry += (<usize>i32(gradient << 1 != 0)) << 3; // 0 and −0 do not count
      }
    }
    return entry;
  }

  /** Stores `vectors` vectors, the last of them with `lanes` lanes, where the row is one of dx. */
  @inline
  static put(vectors: i32, lanes: i32, target: usize, y: i32, a: v128, b: v128, c: v128, d: v128): void {
    if (<u32>y >= <u32>g.h) return;
    if (vectors == 1) {
      Simd.store(target, a, lanes);
      return;
    }
    v128.store(target, a);
    v128.store(target, b, 16);
    v128.store(target, c, 32);
    v128.store(target, d, 48);
  }

  /**
   * Column `x` of dx, from its address at row 0 on: `vectors` (a literal, 1 or 4) vectors, of which `filters` has as many.
   * A window at output row oy covers the rows oy − top … oy − top + 2 of dx.
   */
  @inline
  static column(vectors: i32, lanes: i32, dx: usize, x: i32, filters: usize): void {
    const lineBytes = (<usize>(g.w * g.c)) << 2;
    const padded = x + g.left;
    const first = (<usize>max(0, min(g.ow, padded - g.kw + 1))) << 2;
    const last = (<usize>max(0, min(g.ow, padded + 1))) << 2;
    const filter = filters + <usize>padded * TAP_BYTES;
    const row1 = g.rowBytes;
    const row2 = row1 << 1;
    let target = dx - <usize>g.top * lineBytes;
    let y = -g.top;
    let a0 = Simd.zero();
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let b3 = a0;
    let c0 = a0;
    let c1 = a0;
    let c2 = a0;
    let c3 = a0;
    const lineStarts = (<usize>(g.ow + 1)) << 2;
    const end = g.starts + <usize>g.oh * lineStarts;
    for (let start = g.starts; start != end; start += lineStarts) {
      let entry = <usize>load<u32>(start + first);
      const stop = <usize>load<u32>(start + last);
      while (entry != stop) {
        const p = filter + <usize>load<u32>(entry);
        const q = p + row1;
        const r = p + row2;
        const gradient = v128.load32_splat(entry, 4);
        a0 = Simd.madd(gradient, v128.load(p), a0);
        b0 = Simd.madd(gradient, v128.load(q), b0);
        c0 = Simd.madd(gradient, v128.load(r), c0);
        if (vectors > 1) {
          a1 = Simd.madd(gradient, v128.load(p, 16), a1);
          a2 = Simd.madd(gradient, v128.load(p, 32), a2);
          a3 = Simd.madd(gradient, v128.load(p, 48), a3);
          b1 = Simd.madd(gradient, v128.load(q, 16), b1);
          b2 = Simd.madd(gradient, v128.load(q, 32), b2);
          b3 = Simd.madd(gradient, v128.load(q, 48), b3);
          c1 = Simd.madd(gradient, v128.load(r, 16), c1);
          c2 = Simd.madd(gradient, v128.load(r, 32), c2);
          c3 = Simd.madd(gradient, v128.load(r, 48), c3);
        }
        entry += 8;
      }
      Routed.put(vectors, lanes, target, y, a0, a1, a2, a3);
      target += lineBytes;
      y++;
      a0 = b0;
      b0 = c0;
      c0 = Simd.zero();
      if (vectors > 1) {
        a1 = b1;
        a2 = b2;
        a3 = b3;
        b1 = c1;
        b2 = c2;
        b3 = c3;
        c1 = c0;
        c2 = c0;
        c3 = c0;
      }
    }
    Routed.put(vectors, lanes, target, y, a0, a1, a2, a3);
    target += lineBytes;
    y++;
    Routed.put(vectors, lanes, target, y, b0, b1, b2, b3);
    // What no window of the maximum reached.
    for (y++; y < g.h; y++) {
      target += lineBytes;
      const zero = Simd.zero();
      Routed.put(vectors, lanes, target, y, zero, zero, zero, zero);
    }
  }

  /** Up to sixteen channels of a column of dx. */
  static pixels(dx: usize, x: i32, slice: usize, channels: i32): void {
    if (channels >= 16) {
      Routed.column(4, 4, dx, x, slice);
      return;
    }
    for (; channels >= 4; channels -= 4, dx += 16, slice += 16) Routed.column(1, 4, dx, x, slice);
    if (channels > 0) Routed.column(1, channels, dx, x, slice);
  }
}

/**
 * dx [N,H,W,C] = the gradient of a convolution's input; one group, stride 1, no dilation, filters of three rows. Written,
 * not added to.
 *   dy, routes [N,OH/2,OW/2,OC], OH and OW even · slices: the filter by packSlices (pack.ts), [ceil(C/16)][OC][3·KW][16]
 *   entries: scratch of 8·(OH/2·OW/2·OC + 1) bytes · starts: scratch of 4·OH·(OW + 1) bytes
 */
export function conv2dInputGradientRouted(
  dx: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  kw: i32,
  top: i32,
  left: i32,
  dy: usize,
  routes: usize,
  oc: i32,
  slices: usize,
  entries: usize,
  starts: usize,
): void {
  g.h = h;
  g.w = w;
  g.c = c;
  g.top = top;
  g.left = left;
  g.kw = kw;
  g.oh = oh;
  g.ow = ow;
  g.oc = oc;
  g.rowBytes = <usize>kw * TAP_BYTES;
  g.filterBytes = 3 * g.rowBytes;
  g.entries = entries;
  g.starts = starts;
  const pixelBytes = (<usize>c) << 2;
  const values = (g.oh >> 1) * (g.ow >> 1) * oc;
  for (let image = 0; image < n; image++) {
    Routed.list(dy, routes);
    let slice = slices;
    for (let i = 0; i < c; i += 16, slice += <usize>oc * g.filterBytes) {
      let pixel = dx + ((<usize>i) << 2);
      for (let x = 0; x < w; x++, pixel += pixelBytes) Routed.pixels(pixel, x, slice, c - i);
    }
    dx += (<usize>(h * w * c)) << 2;
    dy += (<usize>values) << 2;
    routes += <usize>values;
  }
}

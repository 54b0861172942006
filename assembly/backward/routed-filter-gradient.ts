/**
 * The gradient of a filter behind which a 2×2 maximum was taken (routed-pool2d.ts): at most one output in four has a
 * gradient, and none where a clamp stopped it. So a channel's live gradients are listed, each with the window of x that it
 * multiplies, and the filter's gradient is the sum of those windows: a seventh of the products that all outputs would take.
 */
import { Simd } from '../simd';

/** An entry of the list: address of a window, gradient. */
const ENTRY_BYTES: usize = 8;
/** Vectors of a filter row that are summed up at a time: twelve sums leave V8 a register for the gradient. */
const TILE_VECTORS = 12;

@unmanaged
class Geometry {
  /** Bytes of x from the window at a route's upper left place to those at the four places. */
  place0: usize;
  place1: usize;
  place2: usize;
  place3: usize;
  /** Bytes from window to window, two pixels on, and from the end of a line of windows to the next. */
  windowBytes: usize;
  lineGap: usize;
  imageBytes: usize;
  down: i32;
  across: i32;
  oc: i32;
}

const g = changetype<Geometry>(memory.data(offsetof<Geometry>(), 16));

class Routed {
  /** Lists the live gradients of one channel over `images` images; returns the end of the list. */
  static list(x: usize, images: i32, dy: usize, routes: usize, entry: usize): usize {
    const places = changetype<usize>(g);
    const gradientBytes = (<usize>g.oc) << 2;
    for (let image = 0; image < images; image++, x += g.imageBytes) {
      let window = x;
      for (let row = 0; row < g.down; row++, window += g.lineGap) {
        const end = window + <usize>g.across * g.windowBytes;
        while (window != end) {
          const gradient = load<u32>(dy);
          store<u32>(entry, <u32>(window + load<usize>(places + ((<usize>load<u8>(routes)) << 2))));
          store<u32>(entry, gradient, 4);
          // Written in any case and kept if it is neither 0 nor −0: a branch would be mispredicted half of the time.
          entry += (<usize>i32(gradient << 1 != 0)) << 3;
          dy += gradientBytes;
          routes += <usize>g.oc;
          window += g.windowBytes;
        }
      }
    }
    return entry;
  }

  /** sums[0, 4·vectors) += Σ gradient·window[offset …) over a list; `vectors` is a literal 1…12. */
  @inline
  static tile(vectors: i32, entry: usize, end: usize, offset: usize, sums: usize): void {
    let s0 = v128.load(sums);
    let s1 = vectors > 1 ? v128.load(sums, 16) : s0;
    let s2 = vectors > 2 ? v128.load(sums, 32) : s0;
    let s3 = vectors > 3 ? v128.load(sums, 48) : s0;
    let s4 = vectors > 4 ? v128.load(sums, 64) : s0;
    let s5 = vectors > 5 ? v128.load(sums, 80) : s0;
    let s6 = vectors > 6 ? v128.load(sums, 96) : s0;
    let s7 = vectors > 7 ? v128.load(sums, 112) : s0;
    let s8 = vectors > 8 ? v128.load(sums, 128) : s0;
    let s9 = vectors > 9 ? v128.load(sums, 144) : s0;
    let s10 = vectors > 10 ? v128.load(sums, 160) : s0;
    let s11 = vectors > 11 ? v128.load(sums, 176) : s0;
    while (entry != end) {
      const p = <usize>load<u32>(entry) + offset;
      const gradient = v128.load32_splat(entry, 4);
      s0 = Simd.madd(gradient, v128.load(p), s0);
      if (vectors > 1) s1 = Simd.madd(gradient, v128.load(p, 16), s1);
      if (vectors > 2) s2 = Simd.madd(gradient, v128.load(p, 32), s2);
      if (vectors > 3) s3 = Simd.madd(gradient, v128.load(p, 48), s3);
      if (vectors > 4) s4 = Simd.madd(gradient, v128.load(p, 64), s4);
      if (vectors > 5) s5 = Simd.madd(gradient, v128.load(p, 80), s5);
      if (vectors > 6) s6 = Simd.madd(gradient, v128.load(p, 96), s6);
      if (vectors > 7) s7 = Simd.madd(gradient, v128.load(p, 112), s7);
      if (vectors > 8) s8 = Simd.madd(gradient, v128.load(p, 128), s8);
      if (vectors > 9) s9 = Simd.madd(gradient, v128.load(p, 144), s9);
      if (vectors > 10) s10 = Simd.madd(gradient, v128.load(p, 160), s10);
      if (vectors > 11) s11 = Simd.madd(gradient, v128.load(p, 176), s11);
      entry += ENTRY_BYTES;
    }
    v128.store(sums, s0);
    if (vectors > 1) v128.store(sums, s1, 16);
    if (vectors > 2) v128.store(sums, s2, 32);
    if (vectors > 3) v128.store(sums, s3, 48);
    if (vectors > 4) v128.store(sums, s4, 64);
    if (vectors > 5) v128.store(sums, s5, 80);
    if (vectors > 6) v128.store(sums, s6, 96);
    if (vectors > 7) v128.store(sums, s7, 112);
    if (vectors > 8) v128.store(sums, s8, 128);
    if (vectors > 9) v128.store(sums, s9, 144);
    if (vectors > 10) v128.store(sums, s10, 160);
    if (vectors > 11) v128.store(sums, s11, 176);
  }

  /** One row of a channel's filter: `vectors` vectors. */
  static row(entries: usize, end: usize, offset: usize, sums: usize, vectors: i32): void {
    for (; vectors >= TILE_VECTORS; vectors -= TILE_VECTORS, offset += 192, sums += 192) {
      Routed.tile(12, entries, end, offset, sums);
    }
    for (; vectors >= 3; vectors -= 3, offset += 48, sums += 48) Routed.tile(3, entries, end, offset, sums);
    for (; vectors >= 1; vectors--, offset += 16, sums += 16) Routed.tile(1, entries, end, offset, sums);
  }
}

/** Filters of three rows that fit into a vector each: six sums hold two channels, and a list would take longer. */
class RoutedPair {
  /** sums of two neighbouring channels, 48 bytes each, += Σ gradient·window over `images` images. */
  static run(x: usize, images: i32, lineBytes: usize, dy: usize, routes: usize, sums: usize): void {
    const places = changetype<usize>(g);
    const gradientBytes = (<usize>g.oc) << 2;
    let a0 = v128.load(sums);
    let a1 = v128.load(sums, 16);
    let a2 = v128.load(sums, 32);
    let b0 = v128.load(sums, 48);
    let b1 = v128.load(sums, 64);
    let b2 = v128.load(sums, 80);
    for (let image = 0; image < images; image++, x += g.imageBytes) {
      let window = x;
      for (let row = 0; row < g.down; row++, window += g.lineGap) {
        const end = window + <usize>g.across * g.windowBytes;
        while (window != end) {
          let p = window + load<usize>(places + ((<usize>load<u8>(routes)) << 2));
          let gradient = v128.load32_splat(dy);
          a0 = Simd.madd(gradient, v128.load(p), a0);
          a1 = Simd.madd(gradient, v128.load(p + lineBytes), a1);
          a2 = Simd.madd(gradient, v128.load(p + (lineBytes << 1)), a2);
          p = window + load<usize>(places + ((<usize>load<u8>(routes, 1)) << 2));
          gradient = v128.load32_splat(dy, 4);
          b0 = Simd.madd(gradient, v128.load(p), b0);
          b1 = Simd.madd(gradient, v128.load(p + lineBytes), b1);
          b2 = Simd.madd(gradient, v128.load(p + (lineBytes << 1)), b2);
          dy += gradientBytes;
          routes += <usize>g.oc;
          window += g.windowBytes;
        }
      }
    }
    v128.store(sums, a0);
    v128.store(sums, a1, 16);
    v128.store(sums, a2, 32);
    v128.store(sums, b0, 48);
    v128.store(sums, b1, 64);
    v128.store(sums, b2, 80);
  }
}

/**
 * dw [KH·KW·C, OC] = Σ dy·(the window of x that its route leads to); one group, stride 1, no dilation. Written, not added to.
 *   x [N,H,W,C], padding included · dy, routes [N,⌊OH/2⌋,⌊OW/2⌋,OC]
 *   entries: scratch of 8·(blockImages·⌊OH/2⌋·⌊OW/2⌋ + 1) bytes · sums: scratch of OC × KH × ⌈KW·C/4⌉ vectors
 * `blockImages` images are taken under all channels before the next ones. Reads 12 bytes beyond x.
 */
export function conv2dFilterGradientRouted(
  x: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  kh: i32,
  kw: i32,
  dy: usize,
  routes: usize,
  dw: usize,
  oc: i32,
  entries: usize,
  sums: usize,
  blockImages: i32,
): void {
  const pixelBytes = (<usize>c) << 2;
  const lineBytes = <usize>w * pixelBytes;
  const run = kw * c;
  const vectors = (run + 3) >> 2;
  const rowBytes = (<usize>vectors) << 4;
  const filterBytes = <usize>kh * rowBytes;
  g.place0 = 0;
  g.place1 = pixelBytes;
  g.place2 = lineBytes;
  g.place3 = lineBytes + pixelBytes;
  g.down = (h - kh + 1) >> 1;
  g.across = (w - kw + 1) >> 1;
  g.windowBytes = 2 * pixelBytes;
  g.lineGap = 2 * lineBytes - <usize>g.across * g.windowBytes;
  g.imageBytes = <usize>h * lineBytes;
  g.oc = oc;
  memory.fill(sums, 0, <usize>oc * filterBytes);
  for (let first = 0; first < n; first += blockImages) {
    const images = min(blockImages, n - first);
    const xBlock = x + <usize>first * g.imageBytes;
    const place = <usize>first * <usize>(g.down * g.across * oc);
    let channel: usize = 0;
    if (kh == 3 && vectors == 1) {
      for (; channel + 2 <= <usize>oc; channel += 2) {
        const from = place + channel;
        RoutedPair.run(xBlock, images, lineBytes, dy + (from << 2), routes + from, sums + channel * filterBytes);
      }
    }
    for (; channel < <usize>oc; channel++) {
      const from = place + channel;
      const end = Routed.list(xBlock, images, dy + (from << 2), routes + from, entries);
      let target = sums + channel * filterBytes;
      for (let ky: usize = 0; ky < <usize>kh; ky++, target += rowBytes) {
        Routed.row(entries, end, ky * lineBytes, target, vectors);
      }
    }
  }
  // [OC][KH][run, padded] → [KH·run][OC]
  const ocBytes = (<usize>oc) << 2;
  for (let ky: usize = 0; ky < <usize>kh; ky++) {
    for (let i: usize = 0; i < <usize>run; i++) {
      let source = sums + ky * rowBytes + (i << 2);
      const end = dw + ocBytes;
      for (; dw != end; dw += 4, source += filterBytes) store<f32>(dw, load<f32>(source));
    }
  }
}

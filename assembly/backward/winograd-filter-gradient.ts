/**
 * The gradient of a 3×3 filter at stride 1 by Winograd's minimal filtering F(3×3, 4×4): it is a convolution itself, of the
 * input with the output's gradient, cut into tiles of 4×4. A tile's 6×6 inputs and 4×4 gradients become 36 numbers each a
 * channel (points 0, ±1, ±2, ∞), whose products are summed up over all tiles before anything is transformed back:
 *   D [36][C,OC] = Σ tiles V [36][tiles][C]ᵀ·Q [36][tiles][OC]
 * So 36 products do the work of 144.
 */
import { Simd } from '../simd';
import { Four } from '../winograd';
import { PLANE_GAP, WinogradTiles } from '../winograd-tiles';
import { TransposedGemm } from './gemm';

const POINTS: usize = 36;
/** A tile between its two passes: four or six lines of six vectors. */
const LINE: usize = 96;
const buffer = memory.data(6 * 96, 16);

class GradientTile {
  /** Four gradients through G: six, stored `step` bytes apart. */
  @inline
  static spread(a: v128, b: v128, c: v128, d: v128, target: usize, step: usize, lanes: i32): void {
    const sixth = f32x4.splat(-1.0 / 6.0);
    const even = f32x4.mul(f32x4.add(a, c), sixth);
    const odd = f32x4.mul(f32x4.add(b, d), sixth);
    const evenTwo = f32x4.add(f32x4.mul(a, f32x4.splat(1.0 / 24.0)), f32x4.mul(c, f32x4.splat(1.0 / 6.0)));
    const oddTwo = f32x4.add(f32x4.mul(b, f32x4.splat(1.0 / 12.0)), f32x4.mul(d, f32x4.splat(1.0 / 3.0)));
    Simd.store(target, f32x4.mul(a, f32x4.splat(0.25)), lanes);
    Simd.store(target + step, f32x4.add(even, odd), lanes);
    Simd.store(target + 2 * step, f32x4.sub(even, odd), lanes);
    Simd.store(target + 3 * step, f32x4.add(evenTwo, oddTwo), lanes);
    Simd.store(target + 4 * step, f32x4.sub(evenTwo, oddTwo), lanes);
    Simd.store(target + 5 * step, d, lanes);
  }

  /** Six sums, `step` bytes apart, through Aᵀ: three, stored `targetStep` bytes apart. */
  @inline
  static collect(p: usize, step: usize, target: usize, targetStep: usize, lanes: i32): void {
    const m0 = v128.load(p);
    const m1 = v128.load(p + step);
    const m2 = v128.load(p + 2 * step);
    const m3 = v128.load(p + 3 * step);
    const m4 = v128.load(p + 4 * step);
    const m5 = v128.load(p + 5 * step);
    const ones = f32x4.add(m1, m2);
    const twos = f32x4.add(m3, m4);
    Simd.store(target, f32x4.add(f32x4.add(m0, ones), twos), lanes);
    const odd = Simd.madd(f32x4.splat(2), f32x4.sub(m3, m4), f32x4.sub(m1, m2));
    Simd.store(target + targetStep, odd, lanes);
    Simd.store(target + 2 * targetStep, f32x4.add(Simd.madd(f32x4.splat(4), twos, ones), m5), lanes);
  }

  /** A vector of the gradient; zero where the tile reaches beyond the outputs. */
  @inline
  static value(p: usize, isReal: bool): v128 {
    if (!isReal) return Simd.zero();
    return v128.load(p);
  }

  /** Q ← tiles `first` … `first + tiles − 1` of dy [N,OH,OW,OC], counted over the whole batch. */
  static gather(
    dy: usize,
    q: usize,
    planeBytes: usize,
    first: i32,
    tiles: i32,
    oh: i32,
    ow: i32,
    oc: i32,
    across: i32,
    perImage: i32,
  ): void {
    const pixelBytes = (<usize>oc) << 2;
    const rowBytes = <usize>ow * pixelBytes;
    for (let t = 0; t < tiles; t++) {
      const tile = first + t;
      const inImage = tile % perImage;
      const oy = (inImage / across) << 2;
      const ox = (inImage % across) << 2;
      const source = dy + <usize>((tile / perImage) * oh + oy) * rowBytes + <usize>ox * pixelBytes;
      const target = q + <usize>t * pixelBytes;
      for (let o = 0; o < oc; o += 4) {
        const channel = (<usize>o) << 2;
        let p = source + channel;
        for (let row = 0; row < 4; row++, p += rowBytes) {
          const isRow = oy + row < oh;
          GradientTile.spread(
            GradientTile.value(p, isRow),
            GradientTile.value(p + pixelBytes, isRow && ox + 1 < ow),
            GradientTile.value(p + 2 * pixelBytes, isRow && ox + 2 < ow),
            GradientTile.value(p + 3 * pixelBytes, isRow && ox + 3 < ow),
            buffer + <usize>row * LINE,
            16,
            4,
          );
        }
        const lanes = oc - o;
        if (lanes >= 4) GradientTile.columns(target + channel, planeBytes, 4);
        else GradientTile.columns(target + channel, planeBytes, lanes);
      }
    }
  }

  /** The second pass, down the columns of the buffer, to the planes. */
  @inline
  static columns(target: usize, planeBytes: usize, lanes: i32): void {
    for (let column: usize = 0; column < 6; column++) {
      const b = buffer + (column << 4);
      GradientTile.spread(
        v128.load(b),
        v128.load(b, 96),
        v128.load(b, 192),
        v128.load(b, 288),
        target + column * planeBytes,
        6 * planeBytes,
        lanes,
      );
    }
  }

  /** dw [3,3,C,OC] ← D, transformed back. */
  static finish(d: usize, c: i32, oc: i32, dw: usize): void {
    const ocBytes = (<usize>oc) << 2;
    const matrixBytes = <usize>c * ocBytes;
    for (let i = 0; i < c; i++, d += ocBytes, dw += ocBytes) {
      for (let o = 0; o < oc; o += 4) {
        const channel = (<usize>o) << 2;
        for (let column: usize = 0; column < 6; column++) {
          const p = d + channel + column * matrixBytes;
          GradientTile.collect(p, 6 * matrixBytes, buffer + (column << 4), LINE, 4);
        }
        const lanes = min(4, oc - o);
        for (let row: usize = 0; row < 3; row++) {
          const target = dw + channel + 3 * row * matrixBytes;
          GradientTile.collect(buffer + row * LINE, 16, target, matrixBytes, lanes);
        }
      }
    }
  }
}

/**
 * dw [3,3,C,OC] = the gradient of the filter of x [N,H,W,C] ⋆ filter → y [N,OH,OW,OC], one group, stride 1, no dilation.
 * Written, not added to.
 *   v, q: scratch for `blockTiles` tiles, (blockTiles·C·4 + 64)·36 bytes and the same of OC · d: scratch of 36·C·OC f32
 */
export function conv2dFilterGradientWinograd(
  x: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  top: i32,
  left: i32,
  dy: usize,
  oc: i32,
  dw: usize,
  v: usize,
  q: usize,
  d: usize,
  blockTiles: i32,
  rowsPerTile: i32,
): void {
  WinogradTiles.place<Four>(h, w, c, oh, ow, top, left);
  const across = (ow + 3) >> 2;
  const perImage = across * ((oh + 3) >> 2);
  const cBytes = (<usize>c) << 2;
  const ocBytes = (<usize>oc) << 2;
  const vPlane = <usize>blockTiles * cBytes + PLANE_GAP;
  const qPlane = <usize>blockTiles * ocBytes + PLANE_GAP;
  const all = n * perImage;
  for (let first = 0; first < all; first += blockTiles) {
    const tiles = min(blockTiles, all - first);
    WinogradTiles.gather<Four>(x, v, vPlane, first, tiles);
    GradientTile.gather(dy, q, qPlane, first, tiles, oh, ow, oc, across, perImage);
    for (let point: usize = 0; point < POINTS; point++) {
      const matrix = d + point * <usize>c * ocBytes;
      TransposedGemm.rows(
        v + point * vPlane,
        cBytes,
        q + point * qPlane,
        ocBytes,
        matrix,
        ocBytes,
        tiles,
        c,
        oc,
        rowsPerTile,
        first > 0,
      );
    }
  }
  GradientTile.finish(d, c, oc, dw);
}

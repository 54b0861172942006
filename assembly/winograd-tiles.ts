/**
 * The walk over tiles that Winograd's minimal filtering takes, whatever a tile's size (Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", 2016). A tile of outputs × outputs, with two more inputs along each edge, becomes
 * points × points numbers a channel (points = outputs + 2); each of them is multiplied with its own matrix of the transformed
 * filter, and the sums become outputs. Tiles are taken in blocks, so that what lies between stays in cache:
 *   V [points²][tiles][C] transformed inputs · M [points²][tiles][OC] sums; planes PLANE_GAP bytes apart beyond their size
 *
 * The matrices are a policy given as a type parameter, a class of methods on a null reference (gemm.ts):
 *   outputs: along a tile's edge
 *   input(isEdge, ix, p, step, target, targetStep): `points` values through Bᵀ
 *   output(p, step, target, targetStep): `points` sums through Aᵀ, `outputs` stored
 *   filter(a, b, c, target, step, k0 … k4): three taps through G, `points` stored
 *   filterConstants: where k0 … k4 lie, which pack keeps in registers
 */
import { Gemm, Plain } from './gemm';
import { Simd } from './simd';

/** Bytes between planes, so that planes of a power of two do not all fall onto the same lines of the cache. */
export const PLANE_GAP: usize = 64;
/** A tile between its two passes: at most seven lines of seven vectors. */
const LINE: usize = 112;
const buffer = memory.data(7 * 112, 16);

@unmanaged
class Geometry {
  h: i32;
  w: i32;
  c: i32;
  oh: i32;
  ow: i32;
  top: i32;
  left: i32;
  oc: i32;
  tilesAcross: i32;
  tilesPerImage: i32;
  bias: usize;
  residual: usize;
  y: usize;
  lo: f32;
  hi: f32;
}

const g = changetype<Geometry>(memory.data(offsetof<Geometry>(), 16));

export class WinogradTiles {
  /** x [N,H,W,C], tiles over OH × OW outputs, the first of which begins top and left pixels before x. */
  @inline
  static place<Size>(h: i32, w: i32, c: i32, oh: i32, ow: i32, top: i32, left: i32): void {
    const outputs = changetype<Size>(0).outputs;
    g.h = h;
    g.w = w;
    g.c = c;
    g.oh = oh;
    g.ow = ow;
    g.top = top;
    g.left = left;
    g.tilesAcross = (ow + outputs - 1) / outputs;
    g.tilesPerImage = g.tilesAcross * ((oh + outputs - 1) / outputs);
  }

  /**
   * A vector at p; `isEdge`, a literal: that of column ix of a row of x, where what lies outside is zero and is not read.
   */
  @inline
  static value(isEdge: bool, ix: i32, p: usize): v128 {
    if (isEdge && <u32>ix >= <u32>g.w) return Simd.zero();
    return v128.load(p);
  }

  /**
   * V ← tiles `first` … `first + tiles − 1` of x, counted over the whole batch, in whole vectors: what is too much is
   * overwritten by the next tile, or lies in the gap behind the plane.
   */
  static gather<Size>(x: usize, v: usize, planeBytes: usize, first: i32, tiles: i32): void {
    const size = changetype<Size>(0);
    const points = size.outputs + 2;
    const pixelBytes = (<usize>g.c) << 2;
    const rowBytes = <usize>g.w * pixelBytes;
    for (let t = 0; t < tiles; t++) {
      const tile = first + t;
      const image = tile / g.tilesPerImage;
      const inImage = tile % g.tilesPerImage;
      const iy = (inImage / g.tilesAcross) * size.outputs - g.top;
      const ix = (inImage % g.tilesAcross) * size.outputs - g.left;
      const source = x + <usize>(image * g.h + iy) * rowBytes + <usize>ix * pixelBytes;
      const isInside = iy >= 0 && ix >= 0 && iy + points <= g.h && ix + points <= g.w;
      const target = v + <usize>t * pixelBytes;
      for (let i = 0; i < g.c; i += 4) {
        const channel = (<usize>i) << 2;
        let p = source + channel;
        for (let row: usize = 0; row < <usize>points; row++, p += rowBytes) {
          const line = buffer + row * LINE;
          if (isInside) size.input(false, 0, p, pixelBytes, line, 16);
          else if (<u32>(iy + <i32>row) < <u32>g.h) WinogradTiles.edge<Size>(p, line, pixelBytes, ix);
          else memory.fill(line, 0, LINE);
        }
        WinogradTiles.columns<Size>(target + channel, planeBytes);
      }
    }
  }

  /** A row of a tile that reaches beyond the image on its left or right. */
  static edge<Size>(p: usize, line: usize, pixelBytes: usize, ix: i32): void {
    changetype<Size>(0).input(true, ix, p, pixelBytes, line, 16);
  }

  /** The second pass, down the columns of the buffer, to the planes. */
  @inline
  static columns<Size>(out: usize, planeBytes: usize): void {
    const size = changetype<Size>(0);
    const points = <usize>(size.outputs + 2);
    for (let column: usize = 0; column < points; column++) {
      const target = out + column * planeBytes;
      size.input(false, 0, buffer + (column << 4), LINE, target, points * planeBytes);
    }
  }

  /** y ← M of these tiles, with bias, residual and clamp. */
  static scatter<Size>(m: usize, planeBytes: usize, first: i32, tiles: i32): void {
    const size = changetype<Size>(0);
    const points = <usize>(size.outputs + 2);
    const pixelBytes = (<usize>g.oc) << 2;
    for (let t = 0; t < tiles; t++) {
      const tile = first + t;
      const image = tile / g.tilesPerImage;
      const inImage = tile % g.tilesPerImage;
      const oy = (inImage / g.tilesAcross) * size.outputs;
      const ox = (inImage % g.tilesAcross) * size.outputs;
      const rows = min(size.outputs, g.oh - oy);
      const columns = min(size.outputs, g.ow - ox);
      const source = m + <usize>t * pixelBytes;
      const offset = <usize>((image * g.oh + oy) * g.ow + ox) * pixelBytes;
      for (let o = 0; o < g.oc; o += 4) {
        const channel = (<usize>o) << 2;
        let p = source + channel;
        for (let line = buffer; line != buffer + (points << 4); line += 16, p += planeBytes) {
          size.output(p, points * planeBytes, line, LINE);
        }
        const lanes = g.oc - o;
        if (lanes >= 4) WinogradTiles.finish<Size>(offset + channel, channel, pixelBytes, rows, columns, 4);
        else WinogradTiles.finish<Size>(offset + channel, channel, pixelBytes, rows, columns, lanes);
      }
    }
  }

  /** The second pass, along the rows of the buffer, to y. */
  @inline
  static finish<Size>(offset: usize, channel: usize, pixelBytes: usize, rows: i32, columns: i32, lanes: i32): void {
    const bias = g.bias ? v128.load(g.bias + channel) : Simd.zero();
    const low = f32x4.splat(g.lo);
    const high = f32x4.splat(g.hi);
    for (let row = 0; row < rows; row++) {
      const line = buffer + <usize>row * LINE;
      changetype<Size>(0).output(line, 16, line, 16);
      let at = offset + <usize>(row * g.ow) * pixelBytes;
      for (let column: usize = 0; column < <usize>columns; column++, at += pixelBytes) {
        let sum = f32x4.add(v128.load(line + (column << 4)), bias);
        if (g.residual) sum = f32x4.add(sum, v128.load(g.residual + at));
        Simd.store(g.y + at, Simd.clamp(sum, low, high), lanes);
      }
    }
  }

  /** Up to four numbers, `stride` bytes apart; side by side, four in any case: a panel has room for what is too much. */
  @inline
  static lanes(p: usize, stride: usize, lanes: i32): v128 {
    if (stride == 4) return v128.load(p);
    let x = v128.load32_zero(p);
    if (lanes > 1) x = v128.load32_lane(p + stride, x, 1);
    if (lanes > 2) x = v128.load32_lane(p + 2 * stride, x, 2);
    if (lanes > 3) x = v128.load32_lane(p + 3 * stride, x, 3);
    return x;
  }

  /** As packWinograd (winograd.ts). */
  static pack<Size>(
    filter: usize,
    rowStride: usize,
    tapStride: usize,
    inputStride: usize,
    outputStride: usize,
    c: i32,
    oc: i32,
    panels: usize,
    matrixBytes: usize,
  ): void {
    const size = changetype<Size>(0);
    const points = <usize>(size.outputs + 2);
    const panelBytes = (<usize>c + 1) << 5;
    const k0 = v128.load32_splat(size.filterConstants);
    const k1 = v128.load32_splat(size.filterConstants, 4);
    const k2 = v128.load32_splat(size.filterConstants, 8);
    const k3 = v128.load32_splat(size.filterConstants, 12);
    const k4 = v128.load32_splat(size.filterConstants, 16);
    for (let i = 0; i < c; i++) {
      const source = filter + <usize>i * inputStride;
      for (let o = 0; o < oc; o += 4) {
        const lanes = min(4, oc - o);
        for (let column: usize = 0; column < 3; column++) {
          const p = source + <usize>o * outputStride + column * tapStride;
          size.filter(
            WinogradTiles.lanes(p, outputStride, lanes),
            WinogradTiles.lanes(p + rowStride, outputStride, lanes),
            WinogradTiles.lanes(p + 2 * rowStride, outputStride, lanes),
            buffer + (column << 4),
            LINE,
            k0,
            k1,
            k2,
            k3,
            k4,
          );
        }
        const target = panels + <usize>(o >> 3) * panelBytes + ((<usize>i + 1) << 5) + ((<usize>(o & 4)) << 2);
        for (let row: usize = 0; row < points; row++) {
          const line = buffer + row * LINE;
          const at = target + row * points * matrixBytes;
          size.filter(v128.load(line), v128.load(line, 16), v128.load(line, 32), at, matrixBytes, k0, k1, k2, k3, k4);
        }
      }
    }
  }

  /** As conv2dWinograd (winograd.ts), over tiles that are placed. */
  @inline
  static convolve<Size>(
    x: usize,
    n: i32,
    panels: usize,
    matrixBytes: usize,
    taps: usize,
    columns: i32,
    bias: usize,
    y: usize,
    oc: i32,
    residual: usize,
    lo: f32,
    hi: f32,
    v: usize,
    m: usize,
    blockTiles: i32,
    rowsPerTile: i32,
  ): void {
    const points = <usize>(changetype<Size>(0).outputs + 2);
    g.oc = oc;
    g.bias = bias;
    g.residual = residual;
    g.y = y;
    g.lo = lo;
    g.hi = hi;
    const cBytes = (<usize>g.c) << 2;
    const ocBytes = (<usize>oc) << 2;
    const vPlane = <usize>blockTiles * cBytes + PLANE_GAP;
    const mPlane = <usize>blockTiles * ocBytes + PLANE_GAP;
    const all = n * g.tilesPerImage;
    for (let first = 0; first < all; first += blockTiles) {
      const tiles = min(blockTiles, all - first);
      WinogradTiles.gather<Size>(x, v, vPlane, first, tiles);
      for (let column = 0; column < oc; column += columns) {
        const columnsHere = min(columns, oc - column);
        if (taps) {
          // What is read once is best read small: a transformed filter is four times as large (twice as fast at 7×7×512).
          const run = (<usize>columns) << 2;
          const from = taps + <usize>(9 * g.c * column) * 4;
          WinogradTiles.pack<Size>(from, 3 * run, run, 9 * run, 4, g.c, columnsHere, panels, matrixBytes);
        }
        for (let point: usize = 0; point < points * points; point++) {
          Gemm.block<Plain>(
            v + point * vPlane,
            cBytes,
            panels + point * matrixBytes,
            m + point * mPlane + ((<usize>column) << 2),
            ocBytes,
            0,
            tiles,
            g.c,
            columnsHere,
            -Infinity,
            Infinity,
            rowsPerTile,
          );
        }
      }
      WinogradTiles.scatter<Size>(m, mPlane, first, tiles);
    }
  }
}

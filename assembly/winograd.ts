/**
 * 3×3 convolution at stride 1 by Winograd's minimal filtering F(4×4, 3×3) (Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", 2016; interpolation points 0, ±1, ±2, ∞): a tile of 6×6 inputs becomes 36 numbers a
 * channel, each of which is multiplied with its own matrix of the transformed filter, and 36 sums become 4×4 outputs. So
 * 36 products do the work of 144. Tiles are taken in blocks, so that what lies between stays in cache:
 *   V [36][tiles][C] transformed inputs · M [36][tiles][OC] sums; planes PLANE_GAP bytes apart beyond their size
 */
import { Gemm, Plain } from './gemm';
import { Simd } from './simd';

/** Numbers of a transformed tile. */
const POINTS: usize = 36;
/** Bytes between planes, so that planes of a power of two do not all fall onto the same lines of the cache. */
const PLANE_GAP: usize = 64;
/** A tile between its two passes: 6 × 6 vectors. */
const buffer = memory.data(6 * 6 * 16, 16);
/** 4, −5, 2 and 8 in all lanes: V8 would build them anew at every use. */
const constants = memory.data<f32>([4, 4, 4, 4, -5, -5, -5, -5, 2, 2, 2, 2, 8, 8, 8, 8], 16);

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
  tilesDown: i32;
  bias: usize;
  residual: usize;
  y: usize;
  lo: f32;
  hi: f32;
}

const g = changetype<Geometry>(memory.data(offsetof<Geometry>(), 16));

class Winograd {
  /** Six values, `step` bytes apart, through Bᵀ; stored `targetStep` bytes apart. */
  @inline
  static input(
    d0: v128,
    d1: v128,
    d2: v128,
    d3: v128,
    d4: v128,
    d5: v128,
    target: usize,
    step: usize,
    lanes: i32,
  ): void {
    const four = v128.load(constants);
    const minusFive = v128.load(constants, 16);
    const even = f32x4.sub(d4, f32x4.mul(four, d2));
    const odd = f32x4.sub(d3, f32x4.mul(four, d1));
    const evenOne = f32x4.sub(d4, d2);
    const oddOne = f32x4.sub(d3, d1);
    const oddTwo = f32x4.add(oddOne, oddOne);
    Simd.store(target, Simd.madd(minusFive, d2, Simd.madd(four, d0, d4)), lanes);
    Simd.store(target + step, f32x4.add(even, odd), lanes);
    Simd.store(target + 2 * step, f32x4.sub(even, odd), lanes);
    Simd.store(target + 3 * step, f32x4.add(evenOne, oddTwo), lanes);
    Simd.store(target + 4 * step, f32x4.sub(evenOne, oddTwo), lanes);
    Simd.store(target + 5 * step, Simd.madd(minusFive, d3, Simd.madd(four, d1, d5)), lanes);
  }

  /** V ← tiles `first` … `first + tiles − 1` of x, counted over the whole batch. */
  static gather(x: usize, v: usize, planeBytes: usize, first: i32, tiles: i32): void {
    const pixelBytes = (<usize>g.c) << 2;
    const rowBytes = <usize>g.w * pixelBytes;
    const perImage = g.tilesAcross * g.tilesDown;
    for (let t = 0; t < tiles; t++) {
      const tile = first + t;
      const image = tile / perImage;
      const inImage = tile % perImage;
      const iy = (inImage / g.tilesAcross) * 4 - g.top;
      const ix = (inImage % g.tilesAcross) * 4 - g.left;
      const source = x + <usize>(image * g.h + iy) * rowBytes + <usize>ix * pixelBytes;
      const isInside = iy >= 0 && ix >= 0 && iy + 6 <= g.h && ix + 6 <= g.w;
      const target = v + <usize>t * pixelBytes;
      for (let i = 0; i < g.c; i += 4) {
        const channel = (<usize>i) << 2;
        let p = source + channel;
        for (let row: usize = 0; row < 6; row++, p += rowBytes) {
          const line = buffer + row * 96;
          if (isInside) {
            Winograd.input(
              v128.load(p),
              v128.load(p + pixelBytes),
              v128.load(p + 2 * pixelBytes),
              v128.load(p + 3 * pixelBytes),
              v128.load(p + 4 * pixelBytes),
              v128.load(p + 5 * pixelBytes),
              line,
              16,
              4,
            );
          } else {
            Winograd.edge(p, line, pixelBytes, <u32>(iy + <i32>row) < <u32>g.h, ix);
          }
        }
        const out = target + channel;
        const lanes = g.c - i;
        if (lanes >= 4) Winograd.columns(out, planeBytes, 4);
        else Winograd.columns(out, planeBytes, lanes);
      }
    }
  }

  /** A vector of pixel `ix` of a row; what lies outside is zero, and is not read. */
  @inline
  static pixel(p: usize, ix: i32): v128 {
    if (<u32>ix >= <u32>g.w) return Simd.zero();
    return v128.load(p);
  }

  /** A row of a tile that reaches beyond the image. */
  static edge(p: usize, line: usize, pixelBytes: usize, isRow: bool, ix: i32): void {
    if (!isRow) {
      memory.fill(line, 0, 96);
      return;
    }
    Winograd.input(
      Winograd.pixel(p, ix),
      Winograd.pixel(p + pixelBytes, ix + 1),
      Winograd.pixel(p + 2 * pixelBytes, ix + 2),
      Winograd.pixel(p + 3 * pixelBytes, ix + 3),
      Winograd.pixel(p + 4 * pixelBytes, ix + 4),
      Winograd.pixel(p + 5 * pixelBytes, ix + 5),
      line,
      16,
      4,
    );
  }

  /** The second pass, down the columns of the buffer, to the planes. */
  @inline
  static columns(out: usize, planeBytes: usize, lanes: i32): void {
    for (let column: usize = 0; column < 6; column++) {
      const b = buffer + (column << 4);
      Winograd.input(
        v128.load(b),
        v128.load(b, 96),
        v128.load(b, 192),
        v128.load(b, 288),
        v128.load(b, 384),
        v128.load(b, 480),
        out + column * planeBytes,
        6 * planeBytes,
        lanes,
      );
    }
  }

  /** Six sums through Aᵀ: four, stored `step` bytes apart. */
  @inline
  static output(m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, target: usize, step: usize): void {
    const ones = f32x4.add(m1, m2);
    const difference = f32x4.sub(m1, m2);
    const twos = f32x4.add(m3, m4);
    const twiceDifference = f32x4.sub(m3, m4);
    v128.store(target, f32x4.add(f32x4.add(m0, ones), twos));
    v128.store(target + step, Simd.madd(v128.load(constants, 32), twiceDifference, difference));
    v128.store(target + 2 * step, Simd.madd(v128.load(constants), twos, ones));
    v128.store(target + 3 * step, f32x4.add(Simd.madd(v128.load(constants, 48), twiceDifference, difference), m5));
  }

  /** y ← M of these tiles, with bias, residual and clamp. */
  static scatter(m: usize, planeBytes: usize, first: i32, tiles: i32): void {
    const pixelBytes = (<usize>g.oc) << 2;
    const perImage = g.tilesAcross * g.tilesDown;
    for (let t = 0; t < tiles; t++) {
      const tile = first + t;
      const image = tile / perImage;
      const inImage = tile % perImage;
      const oy = (inImage / g.tilesAcross) * 4;
      const ox = (inImage % g.tilesAcross) * 4;
      const rows = min(4, g.oh - oy);
      const columns = min(4, g.ow - ox);
      const source = m + <usize>t * pixelBytes;
      const offset = <usize>((image * g.oh + oy) * g.ow + ox) * pixelBytes;
      for (let o = 0; o < g.oc; o += 4) {
        const channel = (<usize>o) << 2;
        for (let column: usize = 0; column < 6; column++) {
          const p = source + channel + column * planeBytes;
          Winograd.output(
            v128.load(p),
            v128.load(p + 6 * planeBytes),
            v128.load(p + 12 * planeBytes),
            v128.load(p + 18 * planeBytes),
            v128.load(p + 24 * planeBytes),
            v128.load(p + 30 * planeBytes),
            buffer + (column << 4),
            96,
          );
        }
        const lanes = g.oc - o;
        if (lanes >= 4) Winograd.finish(offset + channel, channel, pixelBytes, rows, columns, 4);
        else Winograd.finish(offset + channel, channel, pixelBytes, rows, columns, lanes);
      }
    }
  }

  /** The second pass, along the rows of the buffer, to y. */
  @inline
  static finish(offset: usize, channel: usize, pixelBytes: usize, rows: i32, columns: i32, lanes: i32): void {
    const bias = g.bias ? v128.load(g.bias + channel) : Simd.zero();
    const low = f32x4.splat(g.lo);
    const high = f32x4.splat(g.hi);
    for (let row = 0; row < rows; row++) {
      const line = buffer + <usize>row * 96;
      Winograd.output(
        v128.load(line),
        v128.load(line, 16),
        v128.load(line, 32),
        v128.load(line, 48),
        v128.load(line, 64),
        v128.load(line, 80),
        line,
        16,
      );
      let at = offset + <usize>(row * g.ow) * pixelBytes;
      for (let column: usize = 0; column < <usize>columns; column++, at += pixelBytes) {
        let sum = f32x4.add(v128.load(line + (column << 4)), bias);
        if (g.residual) sum = f32x4.add(sum, v128.load(g.residual + at));
        Simd.store(g.y + at, Simd.clamp(sum, low, high), lanes);
      }
    }
  }

  /** Up to four numbers, `stride` bytes apart. */
  @inline
  static lanes(p: usize, stride: usize, lanes: i32): v128 {
    if (stride == 4) return Simd.load(p, lanes);
    let x = v128.load32_zero(p);
    if (lanes > 1) x = v128.load32_lane(p + stride, x, 1);
    if (lanes > 2) x = v128.load32_lane(p + 2 * stride, x, 2);
    if (lanes > 3) x = v128.load32_lane(p + 3 * stride, x, 3);
    return x;
  }

  /** Three taps through G: six, as scalars of a vector of output channels. */
  @inline
  static filter(a: v128, b: v128, c: v128, target: usize, step: usize, lanes: i32): void {
    const sixth = f32x4.splat(-1.0 / 6.0);
    const ends = f32x4.mul(f32x4.add(a, c), sixth);
    const middle = f32x4.mul(b, sixth);
    const far = f32x4.add(f32x4.mul(a, f32x4.splat(1.0 / 24.0)), f32x4.mul(c, f32x4.splat(1.0 / 6.0)));
    const half = f32x4.mul(b, f32x4.splat(1.0 / 12.0));
    Simd.store(target, f32x4.mul(a, f32x4.splat(0.25)), lanes);
    Simd.store(target + step, f32x4.add(ends, middle), lanes);
    Simd.store(target + 2 * step, f32x4.sub(ends, middle), lanes);
    Simd.store(target + 3 * step, f32x4.add(far, half), lanes);
    Simd.store(target + 4 * step, f32x4.sub(far, half), lanes);
    Simd.store(target + 5 * step, c, lanes);
  }
}

/**
 * panels ← a filter of 3×3 taps transformed: 36 matrices [C,OC], each as panels of eight columns (pack.ts) with zeros for
 * a bias; `matrixBytes` from one to the next. The caller clears them first. Strides in bytes: from tap row to tap row, from
 * tap to tap, from input channel to input channel, from output channel to output channel.
 */
export function packWinograd(
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
  const panelBytes = (<usize>c + 1) << 5;
  for (let i = 0; i < c; i++) {
    const source = filter + <usize>i * inputStride;
    for (let o = 0; o < oc; o += 4) {
      const lanes = min(4, oc - o);
      for (let column: usize = 0; column < 3; column++) {
        const p = source + <usize>o * outputStride + column * tapStride;
        Winograd.filter(
          Winograd.lanes(p, outputStride, lanes),
          Winograd.lanes(p + rowStride, outputStride, lanes),
          Winograd.lanes(p + 2 * rowStride, outputStride, lanes),
          buffer + (column << 4),
          96,
          4,
        );
      }
      const target = panels + <usize>(o >> 3) * panelBytes + ((<usize>i + 1) << 5) + ((<usize>(o & 4)) << 2);
      for (let row: usize = 0; row < 6; row++) {
        const line = buffer + row * 96;
        const at = target + row * 6 * matrixBytes;
        Winograd.filter(v128.load(line), v128.load(line, 16), v128.load(line, 32), at, matrixBytes, lanes);
      }
    }
  }
}

/**
 * y [N,OH,OW,OC] = clamp(x [N,H,W,C] ⋆ filter + bias (+ residual), lo, hi), window 3×3, stride 1, no dilation.
 *   panels: packWinograd's, matrixBytes apart · v, m: scratch for `blockTiles` tiles, (blockTiles·C·4 + 64)·36 bytes and
 *   the same of OC · bias, residual = 0 means none
 */
export function conv2dWinograd(
  x: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  top: i32,
  left: i32,
  panels: usize,
  matrixBytes: usize,
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
  g.h = h;
  g.w = w;
  g.c = c;
  g.oh = oh;
  g.ow = ow;
  g.top = top;
  g.left = left;
  g.oc = oc;
  g.tilesAcross = (ow + 3) >> 2;
  g.tilesDown = (oh + 3) >> 2;
  g.bias = bias;
  g.residual = residual;
  g.y = y;
  g.lo = lo;
  g.hi = hi;
  const cBytes = (<usize>c) << 2;
  const ocBytes = (<usize>oc) << 2;
  const vPlane = <usize>blockTiles * cBytes + PLANE_GAP;
  const mPlane = <usize>blockTiles * ocBytes + PLANE_GAP;
  const all = n * g.tilesAcross * g.tilesDown;
  for (let first = 0; first < all; first += blockTiles) {
    const tiles = min(blockTiles, all - first);
    Winograd.gather(x, v, vPlane, first, tiles);
    for (let point: usize = 0; point < POINTS; point++) {
      const matrix = panels + point * matrixBytes;
      Gemm.block<Plain>(
        v + point * vPlane,
        cBytes,
        matrix,
        m + point * mPlane,
        ocBytes,
        0,
        tiles,
        c,
        oc,
        -Infinity,
        Infinity,
        rowsPerTile,
      );
    }
    Winograd.scatter(m, mPlane, first, tiles);
  }
}

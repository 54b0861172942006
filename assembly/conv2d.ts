/** 2-D convolution (cross-correlation, as every CNN library means it) as im2col in cache-sized blocks and a GEMM. */
import { Gemm } from './gemm';
import { Im2col, Window } from './im2col';

/** The window in hand; filled by the exported functions, so that the loops pass one pointer instead of fourteen numbers. */
const windowMemory = memory.data(64, 16);

export class Conv2d {
  @inline
  static window(
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
    dilationH: i32,
    dilationW: i32,
    pixelBytes: usize,
  ): Window {
    const g = changetype<Window>(windowMemory);
    g.h = h;
    g.w = w;
    g.c = c;
    g.oh = oh;
    g.ow = ow;
    g.kh = kh;
    g.kw = kw;
    g.strideH = strideH;
    g.strideW = strideW;
    g.top = top;
    g.left = left;
    g.dilationH = dilationH;
    g.dilationW = dilationW;
    g.pixelBytes = pixelBytes;
    return g;
  }
}

/**
 * y [N,OH,OW,OC] = clamp(x [N,H,W,C] ⋆ filter + bias (+ residual), lo, hi), one group.
 *   panels: filter as a matrix [KH·KW·C, OC] (pack.ts) · columns: scratch of blockRows × KH·KW·C f32
 *   pixelBytes, yStride: bytes from pixel to pixel of x and y; larger than 4·C and 4·OC where groups share a pixel
 */
export function conv2d(
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
  dilationH: i32,
  dilationW: i32,
  pixelBytes: usize,
  panels: usize,
  y: usize,
  yStride: usize,
  oc: i32,
  residual: usize,
  lo: f32,
  hi: f32,
  columns: usize,
  blockRows: i32,
  rowsPerTile: i32,
): void {
  const g = Conv2d.window(h, w, c, oh, ow, kh, kw, strideH, strideW, top, left, dilationH, dilationW, pixelBytes);
  const k = kh * kw * c;
  const m = n * oh * ow;
  for (let row = 0; row < m; row += blockRows) {
    const rows = min(blockRows, m - row);
    const offset = <usize>row * yStride;
    Im2col.gather(x, g, columns, row, rows);
    Gemm.rows(
      columns,
      (<usize>k) << 2,
      panels,
      y + offset,
      yStride,
      residual ? residual + offset : 0,
      rows,
      k,
      oc,
      lo,
      hi,
      rowsPerTile,
    );
  }
}

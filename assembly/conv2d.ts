/** 2-D convolution (cross-correlation, as every CNN library means it) as im2col in cache-sized blocks and a GEMM. */
import { Gemm } from './gemm';
import { Im2col } from './im2col';
import { Window } from './window';

const g = changetype<Window>(memory.data(offsetof<Window>(), 16));

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
  g.set(h, w, c, oh, ow, kh, kw, strideH, strideW, top, left, dilationH, dilationW, pixelBytes);
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

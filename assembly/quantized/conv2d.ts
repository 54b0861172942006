/** 2-D convolution of u8 with i8 as im2col in cache-sized blocks and the int8 GEMM. */
import { Window } from '../window';
import { QuantizedGemm } from './gemm';
import { Stage } from './stage';

const g = changetype<Window>(memory.data(offsetof<Window>(), 16));

/**
 * y [N,OH,OW,OC] = x [N,H,W,C] ⋆ filter + bias (+ residual) as levels or as f32 (gemm.ts), one group.
 *   panels: packPanelsI8 of the filter as a matrix [KH·KW·C, OC], for the same path · xZero: the zero point of x
 *   pixelBytes, yStride: bytes from pixel to pixel of x and y; larger where groups share a pixel
 *   columns: scratch of blockRows × KH·KW·C bytes (on path 0 twice that) and 16 more
 */
export function conv2dU8(
  path: i32,
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
  xZero: i32,
  panels: usize,
  y: usize,
  yStride: usize,
  oc: i32,
  yIsFloat: i32,
  zero: i32,
  lo: i32,
  hi: i32,
  residual: usize,
  residualScale: f32,
  residualZero: i32,
  columns: usize,
  blockRows: i32,
): void {
  g.set(h, w, c, oh, ow, kh, kw, strideH, strideW, top, left, dilationH, dilationW, pixelBytes);
  QuantizedGemm.begin(yIsFloat, zero, lo, hi, residual, residualScale, residualZero);
  Stage.begin(path, xZero);
  const k = kh * kw * c;
  const m = n * oh * ow;
  for (let row = 0; row < m; row += blockRows) {
    const rows = min(blockRows, m - row);
    Stage.windows(x, g, columns, row, rows);
    QuantizedGemm.rows(path, columns, Stage.bytes(k), panels, y, yStride, <usize>row * yStride, rows, k, oc);
  }
}

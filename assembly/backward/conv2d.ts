/**
 * Gradients of the filter, of a 2-D convolution and of a transposed one, by aᵀ·b over blocks of im2col. That of a
 * convolution's input is conv2dTransposed, that of a transposed convolution's is conv2d.
 */
import { Im2col } from '../im2col';
import { Window } from '../window';
import { TransposedGemm } from './gemm';

const g = changetype<Window>(memory.data(offsetof<Window>(), 16));

/**
 * dw [KH·KW·C, OC] = im2col(x)ᵀ·dy, one group; dwStride: bytes between its rows. `columns`: scratch of blockRows × K.
 * Written, not added to.
 */
export function conv2dFilterGradient(
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
  dy: usize,
  dyStride: usize,
  dw: usize,
  dwStride: usize,
  oc: i32,
  columns: usize,
  blockRows: i32,
  rowsPerTile: i32,
): void {
  g.set(h, w, c, oh, ow, kh, kw, strideH, strideW, top, left, dilationH, dilationW, pixelBytes);
  const k = kh * kw * c;
  const m = n * oh * ow;
  for (let row = 0; row < m; row += blockRows) {
    const rows = min(blockRows, m - row);
    Im2col.gather(x, g, columns, row, rows);
    const dyRow = dy + <usize>row * dyStride;
    TransposedGemm.rows(columns, (<usize>k) << 2, dyRow, dyStride, dw, dwStride, rows, k, oc, rowsPerTile, row > 0);
  }
}

/**
 * dw [KH·KW, IC, C] = for each tap xᵀ·(that tap of im2col(dy)): the filter's gradient of a transposed convolution
 * x [N,OH,OW,IC] → y [N,H,W,C], one group. The geometry is that of the convolution back, from dy to x.
 *   xStride: bytes from pixel to pixel of x · tapBytes: bytes from tap to tap of dw, whose rows lie 4·C apart
 *   columns: scratch of blockRows × KH·KW·C. Written, not added to.
 */
export function convTranspose2dFilterGradient(
  dy: usize,
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
  x: usize,
  xStride: usize,
  dw: usize,
  tapBytes: usize,
  ic: i32,
  columns: usize,
  blockRows: i32,
  rowsPerTile: i32,
): void {
  g.set(h, w, c, oh, ow, kh, kw, strideH, strideW, top, left, dilationH, dilationW, pixelBytes);
  const taps = kh * kw;
  const runBytes = (<usize>c) << 2;
  const columnBytes = <usize>taps * runBytes;
  const m = n * oh * ow;
  for (let row = 0; row < m; row += blockRows) {
    const rows = min(blockRows, m - row);
    Im2col.gather(dy, g, columns, row, rows);
    const xRow = x + <usize>row * xStride;
    let tap = columns;
    let target = dw;
    for (let t = 0; t < taps; t++, tap += runBytes, target += tapBytes) {
      TransposedGemm.rows(xRow, xStride, tap, columnBytes, target, runBytes, rows, ic, c, rowsPerTile, row > 0);
    }
  }
}

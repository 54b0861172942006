/**
 * The transpose of a 2-D convolution, as a GEMM and a scatter (col2im): every pixel of x adds the filter, times its value,
 * to y. It is the layer convTranspose2d, and the gradient of a convolution's input.
 */
import { Gemm } from './gemm';
import { Window } from './window';

const g = changetype<Window>(memory.data(offsetof<Window>(), 16));

/**
 * y [N,H,W,C] += col2im(x [N,OH,OW,IC]·filter), one group; the caller clears y. The geometry is that of the convolution
 * back, from y to x.
 *   panels: filter as a matrix [IC, KH·KW·C] (pack.ts) · columns: scratch of blockRows × KH·KW·C f32
 *   pixelBytes, xStride: bytes from pixel to pixel of y and x; larger than 4·C and 4·IC where groups share a pixel
 */
export function conv2dTransposed(
  y: usize,
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
  panels: usize,
  ic: i32,
  columns: usize,
  blockRows: i32,
  rowsPerTile: i32,
): void {
  g.set(h, w, c, oh, ow, kh, kw, strideH, strideW, top, left, dilationH, dilationW, pixelBytes);
  const k = kh * kw * c;
  const m = n * oh * ow;
  for (let row = 0; row < m; row += blockRows) {
    const rows = min(blockRows, m - row);
    const xRow = x + <usize>row * xStride;
    const columnBytes = (<usize>k) << 2;
    Gemm.rows(xRow, xStride, panels, columns, columnBytes, 0, rows, ic, k, -Infinity, Infinity, rowsPerTile);
    Col2im.scatter(y, g, columns, row, rows);
  }
}

class Col2im {
  /** Adds each row of columns to the pixels that its window covers: the transpose of Im2col.gather. */
  static scatter(y: usize, g: Window, columns: usize, first: i32, rows: i32): void {
    const pixels = g.oh * g.ow;
    const runBytes = (<usize>g.c) << 2;
    const imageBytes = <usize>(g.h * g.w) * g.pixelBytes;
    const contiguous = g.dilationW == 1 && g.pixelBytes == runBytes;
    let image = first / pixels;
    let oy = (first % pixels) / g.ow;
    let ox = first % g.ow;
    for (let row = 0; row < rows; row++) {
      const target = y + <usize>image * imageBytes;
      const x0 = ox * g.strideW - g.left;
      let iy = oy * g.strideH - g.top;
      const inside = x0 >= 0 && x0 + (g.kw - 1) * g.dilationW < g.w;
      for (let ky = 0; ky < g.kh; ky++, iy += g.dilationH) {
        if (<u32>iy < <u32>g.h) {
          const line = target + <usize>(iy * g.w) * g.pixelBytes;
          if (inside && contiguous) {
            Col2im.add(line + <usize>x0 * runBytes, columns, <usize>g.kw * runBytes);
          } else {
            let ix = x0;
            for (let kx = 0; kx < g.kw; kx++, ix += g.dilationW) {
              if (<u32>ix < <u32>g.w) {
                Col2im.add(line + <usize>ix * g.pixelBytes, columns + <usize>kx * runBytes, runBytes);
              }
            }
          }
        }
        columns += <usize>g.kw * runBytes;
      }
      if (++ox == g.ow) {
        ox = 0;
        if (++oy == g.oh) {
          oy = 0;
          image++;
        }
      }
    }
  }

  @inline
  static add(target: usize, source: usize, bytes: usize): void {
    const end = target + bytes;
    while (target + 16 <= end) {
      v128.store(target, f32x4.add(v128.load(target), v128.load(source)));
      target += 16;
      source += 16;
    }
    while (target != end) {
      store<f32>(target, load<f32>(target) + load<f32>(source));
      target += 4;
      source += 4;
    }
  }
}

/**
 * Windows of an image laid out as the rows of a matrix, so that a convolution is a GEMM: row (n, oy, ox) holds the
 * KH·KW·C values under that output pixel, zeros where the window leaves the image.
 */

import { Simd } from './simd';
import { Window } from './window';

export class Im2col {
  /**
   * columns[rows, KH·KW·C] ← the windows of output pixels `first` … `first + rows − 1`, counted over the whole batch. Writes
   * up to 12 bytes more.
   */
  static gather(x: usize, g: Window, columns: usize, first: i32, rows: i32): void {
    const pixels = g.oh * g.ow;
    const runBytes = (<usize>g.c) << 2;
    const imageBytes = <usize>(g.h * g.w) * g.pixelBytes;
    // A window row is one contiguous run where no pixel is skipped and no channel left out.
    const contiguous = g.dilationW == 1 && g.pixelBytes == runBytes;
    let image = first / pixels;
    let oy = (first % pixels) / g.ow;
    let ox = first % g.ow;
    for (let row = 0; row < rows; row++) {
      const source = x + <usize>image * imageBytes;
      const x0 = ox * g.strideW - g.left;
      let iy = oy * g.strideH - g.top;
      const inside = x0 >= 0 && x0 + (g.kw - 1) * g.dilationW < g.w;
      for (let ky = 0; ky < g.kh; ky++, iy += g.dilationH) {
        if (<u32>iy >= <u32>g.h) {
          columns = Im2col.zeros(columns, <usize>g.kw * runBytes);
          continue;
        }
        const line = source + <usize>(iy * g.w) * g.pixelBytes;
        if (inside && contiguous) {
          columns = Im2col.copy(columns, line + <usize>x0 * runBytes, <usize>g.kw * runBytes);
          continue;
        }
        let ix = x0;
        for (let kx = 0; kx < g.kw; kx++, ix += g.dilationW) {
          columns =
            <u32>ix < <u32>g.w
              ? Im2col.copy(columns, line + <usize>ix * g.pixelBytes, runBytes)
              : Im2col.zeros(columns, runBytes);
        }
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

  /**
   * Copies a run that is mostly too short for memory.copy's call to pay, in whole vectors: what is too much is overwritten by
   * the next run, and scratch has room behind the last (a stem's three runs of nine took a third longer by halves). Returns
   * the end of the target.
   */
  @inline
  static copy(target: usize, source: usize, bytes: usize): usize {
    const end = target + bytes;
    do {
      v128.store(target, v128.load(source));
      target += 16;
      source += 16;
    } while (target < end);
    return end;
  }

  @inline
  static zeros(target: usize, bytes: usize): usize {
    const end = target + bytes;
    do {
      v128.store(target, Simd.zero());
      target += 16;
    } while (target < end);
    return end;
  }
}

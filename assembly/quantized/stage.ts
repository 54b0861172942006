/**
 * Activations as a path's dot product wants them (dot.ts), copied out of an image of u8: widened to i16 on path 0, as
 * they are on path 1, with the top bit flipped on path 2. As rows of a matrix, or as the windows of an image so that a
 * convolution is a GEMM: row (n, oy, ox) holds the KH·KW·C values under that output pixel, the zero point where the
 * window leaves the image. Copies run in whole vectors, so up to 15 bytes behind their end are read and written.
 */

import { Window } from '../window';
import { PATH_I16, PATH_SIGNED } from './dot';

/** Bits to flip in every byte · the zero point, staged: a vector each. */
const patterns = memory.data(32, 16);

@unmanaged
class State {
  /** log₂ of the bytes that a staged value takes. */
  shift: usize;
}

const state = changetype<State>(memory.data(offsetof<State>(), 16));

export class Stage {
  /** Sets the path, and the zero point that padding has. */
  static begin(path: i32, zero: i32): void {
    const flip = i8x16.splat(path == PATH_SIGNED ? -128 : 0);
    v128.store(patterns, flip);
    v128.store(patterns, path == PATH_I16 ? i16x8.splat(<i16>zero) : v128.xor(i8x16.splat(<i8>zero), flip), 16);
    state.shift = path == PATH_I16 ? 1 : 0;
  }

  /** Bits to flip in every byte of an activation. */
  @inline
  static flip(): v128 {
    return v128.load(patterns);
  }

  /** Bytes of `length` staged values. */
  @inline
  static bytes(length: i32): usize {
    return (<usize>length) << state.shift;
  }

  /** A run of `length` values; returns the end of the target. */
  static copy(target: usize, source: usize, length: usize): usize {
    const end = target + (length << state.shift);
    if (state.shift) {
      for (let p = target; p < end; p += 16, source += 8) v128.store(p, v128.load8x8_u(source));
    } else {
      const flip = Stage.flip();
      for (let p = target; p < end; p += 16, source += 16) v128.store(p, v128.xor(v128.load(source), flip));
    }
    return end;
  }

  /** Padding for `bytes` bytes; returns the end of the target. */
  static fill(target: usize, bytes: usize): usize {
    const end = target + bytes;
    const zero = v128.load(patterns, 16);
    for (let p = target; p < end; p += 16) v128.store(p, zero);
    return end;
  }

  /** target [rows, K] ← rows of a, aStride bytes apart. */
  static rows(a: usize, aStride: usize, target: usize, rows: i32, k: i32): void {
    if (aStride == <usize>k) {
      k *= rows;
      rows = 1;
    }
    for (let row = 0; row < rows; row++, a += aStride) target = Stage.copy(target, a, k);
  }

  /** columns [rows, KH·KW·C] ← the windows of output pixels `first` … `first + rows − 1`, counted over the batch. */
  static windows(x: usize, g: Window, columns: usize, first: i32, rows: i32): void {
    const pixels = g.oh * g.ow;
    const run = <usize>g.c;
    // A window row is one contiguous run where no pixel is skipped and no channel left out.
    const contiguous = g.dilationW == 1 && g.pixelBytes == run;
    const tap = <usize>g.dilationW * g.pixelBytes;
    const below = <usize>(g.dilationH * g.w) * g.pixelBytes;
    const length = Stage.bytes(g.kw * g.c);
    const reach = (g.kw - 1) * g.dilationW;
    const reachBelow = (g.kh - 1) * g.dilationH;
    const flip = Stage.flip();
    let image = first / pixels;
    let oy = (first % pixels) / g.ow;
    let ox = first % g.ow;
    for (let row = 0; row < rows; row++) {
      const x0 = ox * g.strideW - g.left;
      let iy = oy * g.strideH - g.top;
      const isRun = contiguous && x0 >= 0 && x0 + reach < g.w;
      // Taps of padding have addresses, too, that nothing is read from.
      let line = x + <usize>((image * g.h + iy) * g.w + x0) * g.pixelBytes;
      if (isRun && !state.shift && iy >= 0 && iy + reachBelow < g.h) {
        // Most windows, and of a first layer's most runs are one vector: all between the copies would take longer.
        for (let ky = g.kh; ky > 0; ky--, line += below) {
          const end = columns + length;
          let source = line;
          do {
            v128.store(columns, v128.xor(v128.load(source), flip));
            columns += 16;
            source += 16;
          } while (columns < end);
          columns = end;
        }
      } else {
        for (let ky = g.kh; ky > 0; ky--, iy += g.dilationH, line += below) {
          const end = columns + length;
          if (<u32>iy >= <u32>g.h) {
            Stage.fill(columns, length);
          } else if (isRun) {
            Stage.copy(columns, line, <usize>g.kw * run);
          } else {
            let ix = x0;
            let source = line;
            for (let kx = g.kw; kx > 0; kx--, ix += g.dilationW, source += tap) {
              columns = <u32>ix < <u32>g.w ? Stage.copy(columns, source, run) : Stage.fill(columns, Stage.bytes(g.c));
            }
          }
          columns = end;
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
}

/**
 * Image rows merged so that the taps of one column lie side by side, as a dot product takes them: for each channel of
 * each pixel four bytes of four rows (dot8) or two i16 of two rows (i16). Both give four bytes a channel.
 */
import { PATH_I16 } from './dot';
import { Stage } from './stage';

/** Bytes before a packed filter's weights: four i32 of bias, four f32 of multipliers. */
export const FILTER_HEAD: usize = 32;

/** How a window meets the dot product of a path: what packing and kernel agree on. */
@unmanaged
export class Windowing {
  /** Output rows of one pass, 1 or 2. */
  passRows: i32;
  /** Groups of image rows under a pass; the last may have more rows than are needed, with weights of zero. */
  groups: i32;
  /** Image rows of a group: 4, or 2 on path 0. */
  groupRows: i32;
  /** Columns of a window; those that dilation leaves out have weights of zero. */
  columns: i32;
  /** Bytes of the weights of one output row, four channels. */
  filterBytes: usize;
  /** Bytes of a packed filter for four channels. */
  blockBytes: usize;

  set(path: i32, kh: i32, kw: i32, strideH: i32, dilationH: i32, dilationW: i32): void {
    this.passRows = strideH == 1 && dilationH == 1 ? 2 : 1;
    this.groupRows = path == PATH_I16 ? 2 : 4;
    this.groups = (kh + this.passRows + this.groupRows - 2) / this.groupRows;
    this.columns = (kw - 1) * dilationW + 1;
    this.filterBytes = (<usize>(this.groups * this.columns)) << 4;
    this.blockBytes = FILTER_HEAD + <usize>this.passRows * this.filterBytes;
  }
}

@unmanaged
class Depthwise extends Windowing {
  h: i32;
  w: i32;
  c: i32;
  dilationH: i32;
  left: i32;
  /** Columns of the merged rows, padding and all; those of them that x has. */
  width: i32;
  imageWidth: i32;
  /** Bytes of a merged pixel, and from a group's rows to the next one's. */
  pixelBytes: usize;
  groupBytes: usize;
  /** Bytes from the columns of one output pixel to the next one's. */
  stepBytes: usize;
  /** A row of padding, as x would have it. */
  zeroRow: usize;
  merged: usize;
  filter: usize;
  yRowBytes: usize;
}

export const g = changetype<Depthwise>(memory.data(offsetof<Depthwise>(), 16));

class Interleave {
  @inline
  static lowBytes(a: v128, b: v128): v128 {
    return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }

  @inline
  static highBytes(a: v128, b: v128): v128 {
    return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }

  @inline
  static lowPairs(a: v128, b: v128): v128 {
    return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  }

  @inline
  static highPairs(a: v128, b: v128): v128 {
    return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  }

  /** Four rows of `length` bytes; up to 15 bytes more are read, up to 60 more written. `flip`: bits to flip. */
  static four(r0: usize, r1: usize, r2: usize, r3: usize, length: usize, target: usize, flip: v128): void {
    for (let i: usize = 0; i < length; i += 16, target += 64) {
      const a = v128.xor(v128.load(r0 + i), flip);
      const b = v128.xor(v128.load(r1 + i), flip);
      const c = v128.xor(v128.load(r2 + i), flip);
      const d = v128.xor(v128.load(r3 + i), flip);
      let upper = Interleave.lowBytes(a, b);
      let lower = Interleave.lowBytes(c, d);
      v128.store(target, Interleave.lowPairs(upper, lower));
      v128.store(target, Interleave.highPairs(upper, lower), 16);
      upper = Interleave.highBytes(a, b);
      lower = Interleave.highBytes(c, d);
      v128.store(target, Interleave.lowPairs(upper, lower), 32);
      v128.store(target, Interleave.highPairs(upper, lower), 48);
    }
  }

  /** Two rows of `length` bytes; up to 7 bytes more are read, up to 28 more written. */
  static two(r0: usize, r1: usize, length: usize, target: usize): void {
    for (let i: usize = 0; i < length; i += 8, target += 32) {
      const a = v128.load8x8_u(r0 + i);
      const b = v128.load8x8_u(r1 + i);
      v128.store(target, Interleave.lowPairs(a, b));
      v128.store(target, Interleave.highPairs(a, b), 16);
    }
  }
}

/** Addresses of a group's rows. */
const rowTable = memory.data(16, 16);

export class Merge {
  /** Merges the rows under a pass whose first row is `iy`. */
  static rows(path: i32, x: usize, iy: i32): void {
    // Where a pixel is whole vectors of four channels the merged pixels lie as close as the others.
    const runs = g.c & 3 ? g.imageWidth : 1;
    const runBytes = <usize>(g.c & 3 ? g.c : g.c * g.imageWidth);
    const bytes = <usize>runs * runBytes;
    const xRowBytes = g.w * g.c;
    for (let target = g.merged, end = target + <usize>g.groups * g.groupBytes; target != end; target += g.groupBytes) {
      for (let slot: usize = 0; slot < (<usize>g.groupRows) << 2; slot += 4, iy += g.dilationH) {
        store<usize>(rowTable + slot, <u32>iy < <u32>g.h ? x + <usize>(iy * xRowBytes) : g.zeroRow);
      }
      let pixel = Stage.fill(target, <usize>g.left * g.pixelBytes);
      for (let offset: usize = 0; offset < bytes; offset += runBytes, pixel += g.pixelBytes) {
        const r0 = load<usize>(rowTable) + offset;
        const r1 = load<usize>(rowTable, 4) + offset;
        const r2 = load<usize>(rowTable, 8) + offset;
        const r3 = load<usize>(rowTable, 12) + offset;
        if (path == PATH_I16) Interleave.two(r0, r1, runBytes, pixel);
        else Interleave.four(r0, r1, r2, r3, runBytes, pixel, Stage.flip());
      }
      const columns = g.left + g.imageWidth;
      Stage.fill(target + <usize>columns * g.pixelBytes, <usize>(g.width - columns) * g.pixelBytes);
    }
  }
}

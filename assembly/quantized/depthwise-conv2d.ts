/**
 * Depthwise convolution of u8 with i8, any window. For every one or two rows of output the rows of x under them are
 * merged (merge.ts) into a scratch that has the padding columns too; there a dot product takes a whole column of a
 * window (a half or a quarter of a tall one), and the tile needs no borders. Where rows are one apart, two output rows
 * share the merged rows, each with weights shifted to its own.
 */
import { Dot8, Dot16, PATH_I16 } from './dot';
import { FILTER_HEAD, g, Merge } from './merge';
import { Output } from './output';
import { Stage } from './stage';

class DepthwiseTile {
  /** Stores the first `lanes` of four channels of the first `pixels` of four pixels. */
  static storePart(y: usize, levels: v128, pixels: i32, lanes: i32): void {
    for (let pixel = 0; pixel < pixels; pixel++, y += g.c) {
      Output.storePart(y, levels, levels, min(lanes, 4));
      levels = v128.shuffle<i32>(levels, levels, 1, 2, 3, 0);
    }
  }

  /** Stores four channels each of four pixels. */
  @inline
  static storeWhole(y: usize, levels: v128): void {
    const step = <usize>g.c;
    v128.store32_lane(y, levels, 0);
    y += step;
    v128.store32_lane(y, levels, 1);
    y += step;
    v128.store32_lane(y, levels, 2);
    y += step;
    v128.store32_lane(y, levels, 3);
  }

  /**
   * All channels of four output pixels, of which the first `pixels` are stored, in one row or, where `isPair` (a
   * literal), two.
   *   x: merged column under the first pixel's first tap · y: the first pixel
   */
  @inline
  static run<Dot>(isPair: bool, pixels: i32, x: usize, y: usize): void {
    const dot = changetype<Dot>(0);
    const step = g.stepBytes;
    const columnsBytes = <usize>g.columns * g.pixelBytes;
    const filterBytes = g.filterBytes;
    const yEnd = y + g.c;
    let block = g.filter;
    while (y < yEnd) {
      let p0 = v128.load(block);
      let p1 = p0;
      let p2 = p0;
      let p3 = p0;
      let q0 = p0;
      let q1 = p0;
      let q2 = p0;
      let q3 = p0;
      let group = x;
      let w = block + FILTER_HEAD;
      const wEnd = w + filterBytes;
      do {
        let column = group;
        const end = group + columnsBytes;
        if (isPair) {
          do {
            const wp = v128.load(w);
            const wq = v128.load(w + filterBytes);
            let tap = column;
            let v = v128.load(tap);
            p0 = dot.add(p0, wp, v);
            q0 = dot.add(q0, wq, v);
            tap += step;
            v = v128.load(tap);
            p1 = dot.add(p1, wp, v);
            q1 = dot.add(q1, wq, v);
            tap += step;
            v = v128.load(tap);
            p2 = dot.add(p2, wp, v);
            q2 = dot.add(q2, wq, v);
            tap += step;
            v = v128.load(tap);
            p3 = dot.add(p3, wp, v);
            q3 = dot.add(q3, wq, v);
            w += 16;
            column += g.pixelBytes;
          } while (column != end);
        } else {
          do {
            const wp = v128.load(w);
            let tap = column;
            p0 = dot.add(p0, wp, v128.load(tap));
            tap += step;
            p1 = dot.add(p1, wp, v128.load(tap));
            tap += step;
            p2 = dot.add(p2, wp, v128.load(tap));
            tap += step;
            p3 = dot.add(p3, wp, v128.load(tap));
            w += 16;
            column += g.pixelBytes;
          } while (column != end);
        }
        group += g.groupBytes;
      } while (w != wEnd);
      const m = v128.load(block, 16);
      const magic = Output.magic();
      const base = Output.base();
      const upper = Output.clamp(Output.pair(p0, p1, m, m, magic, base), Output.pair(p2, p3, m, m, magic, base));
      let lower = upper;
      if (isPair) lower = Output.clamp(Output.pair(q0, q1, m, m, magic, base), Output.pair(q2, q3, m, m, magic, base));
      const lanes = <i32>(yEnd - y);
      if (lanes < 4 || pixels < 4) {
        DepthwiseTile.storePart(y, upper, pixels, lanes);
        if (isPair) DepthwiseTile.storePart(y + g.yRowBytes, lower, pixels, lanes);
      } else {
        DepthwiseTile.storeWhole(y, upper);
        if (isPair) DepthwiseTile.storeWhole(y + g.yRowBytes, lower);
      }
      block += g.blockBytes;
      x += 16;
      y += 4;
    }
  }

  /** One or two rows of output, each `ow` pixels, over merged rows. */
  static rows<Dot>(isPair: bool, ow: i32, y: usize): void {
    const pixels = min(4, ow);
    for (let tile = 0; tile < ow; tile += 4) {
      // The last tile overlaps the one before where four do not divide the row.
      const ox = max(0, min(tile, ow - 4));
      const x = g.merged + <usize>ox * g.stepBytes;
      const target = y + <usize>(ox * g.c);
      // Each is a loop of its own: what they share would be asked, and kept in memory, in every turn.
      if (isPair) DepthwiseTile.run<Dot>(true, pixels, x, target);
      else DepthwiseTile.run<Dot>(false, pixels, x, target);
    }
  }
}

/**
 * y [N,OH,OW,C] = clamp(round(m[c]·(Σ (x − xZero)·filter + bias)) + zero, lo, hi) for x [N,H,W,C], one filter a channel.
 *   filter: packDepthwiseI8 for the same path, window and strides · xZero: the zero point of x, and so of its padding
 *   scratch: ((W·C + 31) & ~15) + groups · width · 16·⌈C/4⌉ + 64 bytes, where
 *     width = (max(OW, 4) − 1)·strideW + (KW − 1)·dilationW + 1
 *     groups = ⌈(KH + passRows − 1) / groupRows⌉, passRows and groupRows as Windowing has them
 * Reads up to 15 bytes beyond the end of x. KH·KW ≤ 32768, |bias| ≤ 2³⁰.
 */
export function depthwiseConv2dU8(
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
  xZero: i32,
  filter: usize,
  y: usize,
  zero: i32,
  lo: i32,
  hi: i32,
  scratch: usize,
): void {
  Output.set(zero, lo, hi);
  Stage.begin(path, xZero);
  g.set(path, kh, kw, strideH, dilationH, dilationW);
  g.h = h;
  g.w = w;
  g.c = c;
  g.dilationH = dilationH;
  g.width = (max(4, ow) - 1) * strideW + g.columns;
  g.left = min(left, g.width);
  g.imageWidth = min(w, g.width - g.left);
  g.pixelBytes = (<usize>((c + 3) & ~3)) << 2;
  g.groupBytes = <usize>g.width * g.pixelBytes;
  g.stepBytes = <usize>strideW * g.pixelBytes;
  g.zeroRow = scratch;
  g.merged = scratch + ((<usize>(w * c) + 31) & ~15);
  g.filter = filter;
  g.yRowBytes = <usize>(ow * c);
  memory.fill(scratch, <u8>xZero, w * c);
  for (let image = 0; image < n; image++, x += <usize>(h * w * c)) {
    for (let oy = 0; oy < oh; oy += g.passRows) {
      Merge.rows(path, x, oy * strideH - top);
      const rows = min(g.passRows, oh - oy);
      if (ASC_FEATURE_RELAXED_SIMD && path != PATH_I16) DepthwiseTile.rows<Dot8>(rows == 2, ow, y);
      else DepthwiseTile.rows<Dot16>(rows == 2, ow, y);
      y += <usize>rows * g.yRowBytes;
    }
  }
}

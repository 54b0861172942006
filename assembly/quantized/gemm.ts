/**
 * The int8 GEMM that serves convolution, pointwise convolution and dense layers.
 *   y[m, n] = clamp(round(m[n] · (bias[n] + Σk (a[m,k] − za)·w[k,n]) (+ residual)) + zy, lo, hi)
 * w comes as panels of eight output columns (pack.ts), with the zero point of a folded into the bias. All of a row's
 * products are exact, so tiles may overlap and add in any order: rows are covered by tiles of six and of four, the last
 * one moved back where they do not fit.
 */
import { Dot8, Dot16, PATH_I16, PATH_UNSIGNED } from './dot';
import { Output } from './output';
import { Stage } from './stage';
import { PANEL_HEAD, QuantizedTile, sums } from './tile';

/**
 * Panels that a tile of rows is taken under before the next rows: eight fill a line of the cache in y; all of them should
 * stay in the first-level cache.
 */
const GROUP_PANELS: i32 = 8;
const GROUP_BYTES: usize = 16 * 1024;

/** What becomes of a row's sums, beside what Output is told. */
@unmanaged
class Epilogue {
  /** y is f32: m[n] · sum, neither rounded nor clamped. */
  isFloat: bool;
  /** First row of the residual, 0 for none. */
  residual: usize;
  /** Adds (r − residualZero) · residualScale of a residual of u8 before rounding. */
  residualScale: f32;
  residualZero: i32;
}

const epilogue = changetype<Epilogue>(memory.data(offsetof<Epilogue>(), 16));

export class QuantizedGemm {
  /** y ← rows `from` … `to` − 1 of `sums`, their first `columns` columns; y and residual are row `from`'s places. */
  static finish(from: i32, to: i32, columns: i32, panel: usize, y: usize, yStride: usize, residual: usize): void {
    const m0 = v128.load(panel, 32);
    const m1 = v128.load(panel, 48);
    const magic = Output.magic();
    const base = Output.base();
    const scale = f32x4.splat(epilogue.residualScale);
    const zero = i16x8.splat(<i16>epilogue.residualZero);
    const end = sums + ((<usize>to) << 5);
    for (let sum = sums + ((<usize>from) << 5); sum != end; sum += 32, y += yStride) {
      let p = f32x4.mul(f32x4.convert_i32x4_s(v128.load(sum)), m0);
      let q = f32x4.mul(f32x4.convert_i32x4_s(v128.load(sum, 16)), m1);
      if (epilogue.isFloat) {
        if (columns == 8) {
          v128.store(y, p);
          v128.store(y, q, 16);
        } else {
          Output.storePart(y, p, q, columns << 2);
        }
        continue;
      }
      if (residual) {
        const r = i16x8.sub(v128.load8x8_u(residual), zero);
        p = f32x4.add(p, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(r)), scale));
        q = f32x4.add(q, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(r)), scale));
        residual += yStride;
      }
      const pair = i16x8.narrow_i32x4_s(Output.level(p, magic, base), Output.level(q, magic, base));
      const levels = Output.clamp(pair, pair);
      if (columns == 8) v128.store64_lane(y, levels, 0);
      else Output.storePart(y, levels, levels, columns);
    }
  }

  /** One to three rows under all panels, `block` without tiles: each row is taken under four panels at a time. */
  @inline
  static few<Dot>(
    a: usize,
    aStride: usize,
    panel: usize,
    panelBytes: usize,
    y: usize,
    yStride: usize,
    residual: usize,
    m: i32,
    n: i32,
  ): void {
    const yShift: usize = epilogue.isFloat ? 2 : 0;
    for (let column = 0; column < n; ) {
      const panels = min(4, (n - column + 7) >> 3);
      for (let row = 0; row < m; row++) {
        QuantizedTile.across<Dot>(a + <usize>row * aStride, panel, panelBytes, panels);
        const offset = <usize>row * yStride;
        for (let i = 0; i < panels; i++) {
          const first = column + (i << 3);
          const target = y + offset + ((<usize>first) << yShift);
          const added = residual ? residual + offset + first : 0;
          QuantizedGemm.finish(i, i + 1, min(8, n - first), panel + <usize>i * panelBytes, target, yStride, added);
        }
      }
      column += 32;
      panel += panelBytes << 2;
    }
  }

  /** One block of rows under all panels; strides in bytes. */
  static block<Dot>(
    a: usize,
    aStride: usize,
    panel: usize,
    y: usize,
    yStride: usize,
    residual: usize,
    m: i32,
    k: i32,
    n: i32,
  ): void {
    const dot = changetype<Dot>(0);
    const panelBytes = PANEL_HEAD + QuantizedTile.panelRows(k, dot.group) * dot.rowBytes;
    if (m < 4) {
      QuantizedGemm.few<Dot>(a, aStride, panel, panelBytes, y, yStride, residual, m, n);
      return;
    }
    const isPlain = !residual && !epilogue.isFloat;
    const yShift: usize = epilogue.isFloat ? 2 : 0;
    const grouped = max(1, min(GROUP_PANELS, <i32>(GROUP_BYTES / panelBytes)));
    for (let column = 0; column < n; ) {
      // As many whole panels as make a group, or the last one that is partly filled.
      const whole = (n - column) >> 3;
      const columns = whole ? 8 : n - column;
      const panelsHere = max(1, min(grouped, whole));
      const groupEnd = panel + <usize>panelsHere * panelBytes;
      const isDirect = isPlain && whole > 0;
      const yColumn = y + ((<usize>column) << yShift);
      const residualColumn = residual ? residual + column : 0;
      for (let row = 0; row < m; ) {
        const left = m - row;
        const isTall = dot.tileRows == 6 && (left > 8 || left == 6 || (left == 5 && m > 5));
        const rows = isTall ? 6 : 4;
        const start = min(row, m - rows);
        const aRow = a + <usize>start * aStride;
        const isWhole = isDirect && rows == dot.tileRows;
        let target = isWhole ? yColumn + <usize>start * yStride : 0;
        // Rows that the tile before has finished are left alone: the residual may lie in y.
        let yRow = yColumn + <usize>row * yStride;
        let residualRow = residual ? residualColumn + <usize>row * yStride : 0;
        for (let p = panel; p != groupEnd; p += panelBytes) {
          if (isTall) QuantizedTile.run<Dot>(6, aRow, aStride, p, p + panelBytes, target, yStride);
          else QuantizedTile.run<Dot>(4, aRow, aStride, p, p + panelBytes, target, yStride);
          if (isWhole) {
            target += 8;
            continue;
          }
          QuantizedGemm.finish(row - start, rows, columns, p, yRow, yStride, residualRow);
          yRow += (<usize>8) << yShift;
          if (residualRow) residualRow += 8;
        }
        row = start + rows;
      }
      column += panelsHere << 3;
      panel = groupEnd;
    }
  }

  /** What the next calls of `rows` do with their sums. */
  static begin(
    yIsFloat: i32,
    zero: i32,
    lo: i32,
    hi: i32,
    residual: usize,
    residualScale: f32,
    residualZero: i32,
  ): void {
    Output.set(zero, lo, hi);
    epilogue.isFloat = yIsFloat != 0;
    epilogue.residual = residual;
    epilogue.residualScale = residualScale;
    epilogue.residualZero = residualZero;
  }

  /** Rows of y from `offset` bytes on; a is what the path wants (stage.ts). */
  static rows(
    path: i32,
    a: usize,
    aStride: usize,
    panels: usize,
    y: usize,
    yStride: usize,
    offset: usize,
    m: i32,
    k: i32,
    n: i32,
  ): void {
    const residual = epilogue.residual ? epilogue.residual + offset : 0;
    if (ASC_FEATURE_RELAXED_SIMD) {
      if (path != PATH_I16) {
        QuantizedGemm.block<Dot8>(a, aStride, panels, y + offset, yStride, residual, m, k, n);
        return;
      }
    }
    QuantizedGemm.block<Dot16>(a, aStride, panels, y + offset, yStride, residual, m, k, n);
  }
}

/**
 * y [M,N] = a [M,K]·w + bias (+ residual) as the head of this file has it, or as f32 (m[n]·sum) where yIsFloat is 1.
 *   a: u8, rows aStride bytes apart, read up to 15 bytes beyond its end · panels: packPanelsI8 for the same path
 *   yStride: bytes between rows of y, and of the residual · zero, lo, hi: levels of y
 *   residual: u8 like y, which it may be, 0 for none; (r − residualZero)·residualScale is added before rounding
 *   scratch: on path 1 unused, else blockRows × K bytes (path 2) or twice that (path 0), and 16 more
 * `blockRows` rows of a are taken under all panels before the next ones. M, N ≥ 1, 1 ≤ K ≤ 32768, |bias| ≤ 2³⁰.
 */
export function gemmU8(
  path: i32,
  a: usize,
  aStride: usize,
  panels: usize,
  y: usize,
  yStride: usize,
  m: i32,
  k: i32,
  n: i32,
  yIsFloat: i32,
  zero: i32,
  lo: i32,
  hi: i32,
  residual: usize,
  residualScale: f32,
  residualZero: i32,
  scratch: usize,
  blockRows: i32,
): void {
  QuantizedGemm.begin(yIsFloat, zero, lo, hi, residual, residualScale, residualZero);
  Stage.begin(path, 0);
  for (let row = 0; row < m; row += blockRows) {
    const rows = min(blockRows, m - row);
    const offset = <usize>row * yStride;
    const source = a + <usize>row * aStride;
    if (path == PATH_UNSIGNED) {
      QuantizedGemm.rows(path, source, aStride, panels, y, yStride, offset, rows, k, n);
    } else {
      Stage.rows(source, aStride, scratch, rows, k);
      QuantizedGemm.rows(path, scratch, Stage.bytes(k), panels, y, yStride, offset, rows, k, n);
    }
  }
}

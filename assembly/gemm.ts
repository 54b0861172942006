/**
 * The register-tiled GEMM that serves convolution, pointwise convolution and dense layers.
 *   y[m, n] = clamp(bias[n] + Σk a[m,k]·w[k,n] (+ residual[m,n]), lo, hi)
 * w comes as panels of eight output columns, [N/8][bias | K][8] (pack.ts), so that the inner loop reads it in order.
 * The loop runs panels outside, tiles of `rowsPerTile` × 8 inside, within a block of rows that stays in cache.
 */
import { Scalar, Simd } from './simd';

/** Bytes of one panel row: eight f32. */
const PANEL_ROW: usize = 32;
/**
 * Panels that a tile of rows is taken under before the next rows: two fill a line of the cache in y, four two lines; all
 * of them should stay in the first-level cache.
 */
const GROUP_PANELS: i32 = 4;
const GROUP_BYTES: usize = 16 * 1024;

/**
 * What happens to a finished pair of vectors on its way to memory: policies given as type parameters, so that each
 * inlines fully where a function value would be called. AssemblyScript finds no static method through a type parameter,
 * hence methods on a null reference that they never look at.
 */
@unmanaged
export class Plain {
  @inline
  store(y: usize, residual: usize, a: v128, b: v128, lo: f32, hi: f32): void {
    v128.store(y, a);
    v128.store(y, b, 16);
  }
}

/**
 * lo and hi of the clamp in all lanes. They are loaded behind the loop over K: a splat of an argument would be hoisted in
 * front of it by V8, where no register is left.
 */
const limits = memory.data(2 * 16, 16);

@unmanaged
class Clamped {
  @inline
  store(y: usize, residual: usize, a: v128, b: v128, lo: f32, hi: f32): void {
    const low = v128.load(limits);
    const high = v128.load(limits, 16);
    v128.store(y, Simd.clamp(a, low, high));
    v128.store(y, Simd.clamp(b, low, high), 16);
  }
}

@unmanaged
class ClampedResidual {
  @inline
  store(y: usize, residual: usize, a: v128, b: v128, lo: f32, hi: f32): void {
    changetype<Clamped>(0).store(
      y,
      0,
      f32x4.add(a, v128.load(residual)),
      f32x4.add(b, v128.load(residual, 16)),
      lo,
      hi,
    );
  }
}

/** Where a tile of the last, partly filled panel is put before its columns are copied: six rows of eight. */
const tailTile = memory.data(6 * 32, 16);

export class Gemm {
  /**
   * y[m, 0..8) for `rows` rows of a, one panel.
   *   a: rows aStride bytes apart · panel: bias[8], then K × 8 · y, residual: rows yStride bytes apart
   * K ≥ 1. `rows` is a literal 1…6, so that unused accumulators vanish at compile time. Twelve accumulators, two
   * weight vectors and one splat are the fifteen registers that V8 has, hence the end test on a pointer that moves
   * anyway, and lo and hi are made into vectors only after the loop.
   */
  @inline
  static tile<Store>(
    rows: i32,
    a: usize,
    aStride: usize,
    panel: usize,
    panelEnd: usize,
    y: usize,
    yStride: usize,
    residual: usize,
    lo: f32,
    hi: f32,
  ): void {
    let p0 = v128.load(panel);
    let q0 = v128.load(panel, 16);
    let p1 = p0;
    let q1 = q0;
    let p2 = p0;
    let q2 = q0;
    let p3 = p0;
    let q3 = q0;
    let p4 = p0;
    let q4 = q0;
    let p5 = p0;
    let q5 = q0;
    let a1 = a + aStride;
    let a2 = a1 + aStride;
    let a3 = a2 + aStride;
    let a4 = a3 + aStride;
    let a5 = a4 + aStride;
    let w = panel + PANEL_ROW;
    do {
      const wp = v128.load(w);
      const wq = v128.load(w, 16);
      let s = v128.load32_splat(a);
      p0 = Simd.madd(s, wp, p0);
      q0 = Simd.madd(s, wq, q0);
      a += 4;
      if (rows > 1) {
        s = v128.load32_splat(a1);
        p1 = Simd.madd(s, wp, p1);
        q1 = Simd.madd(s, wq, q1);
        a1 += 4;
      }
      if (rows > 2) {
        s = v128.load32_splat(a2);
        p2 = Simd.madd(s, wp, p2);
        q2 = Simd.madd(s, wq, q2);
        a2 += 4;
      }
      if (rows > 3) {
        s = v128.load32_splat(a3);
        p3 = Simd.madd(s, wp, p3);
        q3 = Simd.madd(s, wq, q3);
        a3 += 4;
      }
      if (rows > 4) {
        s = v128.load32_splat(a4);
        p4 = Simd.madd(s, wp, p4);
        q4 = Simd.madd(s, wq, q4);
        a4 += 4;
      }
      if (rows > 5) {
        s = v128.load32_splat(a5);
        p5 = Simd.madd(s, wp, p5);
        q5 = Simd.madd(s, wq, q5);
        a5 += 4;
      }
      w += PANEL_ROW;
    } while (w != panelEnd);
    const policy = changetype<Store>(0);
    policy.store(y, residual, p0, q0, lo, hi);
    if (rows > 1) {
      y += yStride;
      residual += yStride;
      policy.store(y, residual, p1, q1, lo, hi);
    }
    if (rows > 2) {
      y += yStride;
      residual += yStride;
      policy.store(y, residual, p2, q2, lo, hi);
    }
    if (rows > 3) {
      y += yStride;
      residual += yStride;
      policy.store(y, residual, p3, q3, lo, hi);
    }
    if (rows > 4) {
      y += yStride;
      residual += yStride;
      policy.store(y, residual, p4, q4, lo, hi);
    }
    if (rows > 5) {
      y += yStride;
      residual += yStride;
      policy.store(y, residual, p5, q5, lo, hi);
    }
  }

  @inline
  static tileOf<Store>(
    rows: i32,
    a: usize,
    aStride: usize,
    panel: usize,
    panelEnd: usize,
    y: usize,
    yStride: usize,
    residual: usize,
    lo: f32,
    hi: f32,
  ): void {
    if (rows == 6) Gemm.tile<Store>(6, a, aStride, panel, panelEnd, y, yStride, residual, lo, hi);
    else if (rows == 5) Gemm.tile<Store>(5, a, aStride, panel, panelEnd, y, yStride, residual, lo, hi);
    else if (rows == 4) Gemm.tile<Store>(4, a, aStride, panel, panelEnd, y, yStride, residual, lo, hi);
    else if (rows == 3) Gemm.tile<Store>(3, a, aStride, panel, panelEnd, y, yStride, residual, lo, hi);
    else if (rows == 2) Gemm.tile<Store>(2, a, aStride, panel, panelEnd, y, yStride, residual, lo, hi);
    else Gemm.tile<Store>(1, a, aStride, panel, panelEnd, y, yStride, residual, lo, hi);
  }

  /**
   * y[0, 0..32) for one row of a, four panels side by side: a single row has only two sums a panel, which would wait for
   * each other. Adds in the order of K, as the tiles do.
   */
  @inline
  static row<Store>(a: usize, panel: usize, panelBytes: usize, y: usize, residual: usize, lo: f32, hi: f32): void {
    let w0 = panel;
    let w1 = w0 + panelBytes;
    let w2 = w1 + panelBytes;
    let w3 = w2 + panelBytes;
    const end = w1;
    let p0 = v128.load(w0);
    let q0 = v128.load(w0, 16);
    let p1 = v128.load(w1);
    let q1 = v128.load(w1, 16);
    let p2 = v128.load(w2);
    let q2 = v128.load(w2, 16);
    let p3 = v128.load(w3);
    let q3 = v128.load(w3, 16);
    w0 += PANEL_ROW;
    do {
      w1 += PANEL_ROW;
      w2 += PANEL_ROW;
      w3 += PANEL_ROW;
      const s = v128.load32_splat(a);
      p0 = Simd.madd(s, v128.load(w0), p0);
      q0 = Simd.madd(s, v128.load(w0, 16), q0);
      p1 = Simd.madd(s, v128.load(w1), p1);
      q1 = Simd.madd(s, v128.load(w1, 16), q1);
      p2 = Simd.madd(s, v128.load(w2), p2);
      q2 = Simd.madd(s, v128.load(w2, 16), q2);
      p3 = Simd.madd(s, v128.load(w3), p3);
      q3 = Simd.madd(s, v128.load(w3, 16), q3);
      a += 4;
      w0 += PANEL_ROW;
    } while (w0 != end);
    const policy = changetype<Store>(0);
    policy.store(y, residual, p0, q0, lo, hi);
    policy.store(y + 32, residual + 32, p1, q1, lo, hi);
    policy.store(y + 64, residual + 64, p2, q2, lo, hi);
    policy.store(y + 96, residual + 96, p3, q3, lo, hi);
  }

  /** Rows of the next tile when `left` remain: full tiles, then the remainder in two nearly equal parts, never 1. */
  @inline
  static balancedRows(left: i32, rowsPerTile: i32): i32 {
    if (left >= 2 * rowsPerTile || left == rowsPerTile) return rowsPerTile;
    return left < rowsPerTile ? left : (left + 1) >> 1;
  }

  /** One block of rows under all panels; strides in bytes. */
  static block<Store>(
    a: usize,
    aStride: usize,
    panels: usize,
    y: usize,
    yStride: usize,
    residual: usize,
    m: i32,
    k: i32,
    n: i32,
    lo: f32,
    hi: f32,
    rowsPerTile: i32,
  ): void {
    const panelBytes = (<usize>k + 1) * PANEL_ROW;
    let panel = panels;
    let column = 0;
    if (m == 1) {
      for (; column + 32 <= n; column += 32, panel += 4 * panelBytes) {
        const offset = (<usize>column) << 2;
        Gemm.row<Store>(a, panel, panelBytes, y + offset, residual + offset, lo, hi);
      }
    }
    const grouped = max(1, min(GROUP_PANELS, <i32>(GROUP_BYTES / panelBytes)));
    while (column + 8 <= n) {
      const panelsHere = min(grouped, (n - column) >> 3);
      const groupEnd = panel + <usize>panelsHere * panelBytes;
      let aRow = a;
      let offset = (<usize>column) << 2;
      for (let left = m; left > 0; ) {
        const rows = Gemm.balancedRows(left, rowsPerTile);
        let at = offset;
        for (let p = panel; p != groupEnd; p += panelBytes, at += PANEL_ROW) {
          Gemm.tileOf<Store>(rows, aRow, aStride, p, p + panelBytes, y + at, yStride, residual + at, lo, hi);
        }
        aRow += <usize>rows * aStride;
        offset += <usize>rows * yStride;
        left -= rows;
      }
      panel = groupEnd;
      column += panelsHere << 3;
    }
    if (column < n) Gemm.lastPanel(a, aStride, panel, y, yStride, residual, m, k, column, n, lo, hi, rowsPerTile);
  }

  /**
   * The last panel where n is no multiple of eight: tiles, each a block of its own that needs no code of its own, go to a
   * small buffer, then only the real columns to y.
   */
  static lastPanel(
    a: usize,
    aStride: usize,
    panel: usize,
    y: usize,
    yStride: usize,
    residual: usize,
    m: i32,
    k: i32,
    column: i32,
    n: i32,
    lo: f32,
    hi: f32,
    rowsPerTile: i32,
  ): void {
    const columns = (<usize>(n - column)) << 2;
    let offset = (<usize>column) << 2;
    for (let left = m; left > 0; ) {
      const rows = Gemm.balancedRows(left, rowsPerTile);
      Gemm.block<Plain>(a, aStride, panel, tailTile, PANEL_ROW, 0, rows, k, 8, lo, hi, rowsPerTile);
      for (let row = 0; row < rows; row++, offset += yStride) {
        const tile = tailTile + <usize>row * PANEL_ROW;
        for (let i: usize = 0; i < columns; i += 4) {
          let value = load<f32>(tile + i);
          if (residual) value += load<f32>(residual + offset + i);
          store<f32>(y + offset + i, Scalar.clamp(value, lo, hi));
        }
      }
      a += <usize>rows * aStride;
      left -= rows;
    }
  }

  /** One block with the epilogue that lo, hi and residual call for. residual = 0 means none. */
  static rows(
    a: usize,
    aStride: usize,
    panels: usize,
    y: usize,
    yStride: usize,
    residual: usize,
    m: i32,
    k: i32,
    n: i32,
    lo: f32,
    hi: f32,
    rowsPerTile: i32,
  ): void {
    v128.store(limits, f32x4.splat(lo));
    v128.store(limits, f32x4.splat(hi), 16);
    if (residual) {
      Gemm.block<ClampedResidual>(a, aStride, panels, y, yStride, residual, m, k, n, lo, hi, rowsPerTile);
    } else if (lo == -Infinity && hi == Infinity) {
      Gemm.block<Plain>(a, aStride, panels, y, yStride, 0, m, k, n, lo, hi, rowsPerTile);
    } else {
      Gemm.block<Clamped>(a, aStride, panels, y, yStride, 0, m, k, n, lo, hi, rowsPerTile);
    }
  }
}

/**
 * y[M,N] = clamp(a[M,K]·w + bias (+ residual), lo, hi); aStride, yStride: bytes between rows (residual as y).
 * `blockRows` rows of a are taken under all panels before the next ones. M, N, K ≥ 1; residual = 0 means none.
 */
export function gemm(
  a: usize,
  aStride: usize,
  panels: usize,
  y: usize,
  yStride: usize,
  residual: usize,
  m: i32,
  k: i32,
  n: i32,
  lo: f32,
  hi: f32,
  rowsPerTile: i32,
  blockRows: i32,
): void {
  for (let row = 0; row < m; row += blockRows) {
    const rows = min(blockRows, m - row);
    const offset = <usize>row * yStride;
    Gemm.rows(
      a + <usize>row * aStride,
      aStride,
      panels,
      y + offset,
      yStride,
      residual ? residual + offset : 0,
      rows,
      k,
      n,
      lo,
      hi,
      rowsPerTile,
    );
  }
}

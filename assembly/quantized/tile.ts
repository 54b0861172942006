/** The register tile of the int8 GEMM: one source for both dot products, and for six and four rows. */
import { Output } from './output';

/** Bytes of a panel before its weights: eight i32 of bias, eight f32 of multipliers. */
export const PANEL_HEAD: usize = 64;

/** Sums of a tile that is finished row by row: up to six rows of eight i32. */
export const sums = memory.data(6 * 32, 16);

export class QuantizedTile {
  /** Rows of a panel, each of `group` rows of w. */
  @inline
  static panelRows(k: i32, group: i32): usize {
    return <usize>((k + group - 1) / group);
  }

  /** Two rows' sums, times their multipliers, as levels at y and a row below. */
  @inline
  static storePair(y: usize, yStride: usize, upper: v128, lower: v128): void {
    const levels = Output.clamp(upper, lower);
    v128.store64_lane(y, levels, 0);
    v128.store64_lane(y + yStride, levels, 1);
  }

  /**
   * `rows` (a literal 6 or 4) rows of a under one panel: levels at y, or their sums in `sums` where y is 0.
   *   a: rows aStride bytes apart, read up to the length of the panel, whose weights beyond K are zero
   * One group of K a turn, an end on a pointer that moves anyway, multipliers loaded only after the loop: twelve sums, two
   * vectors of weights and one of activations are all the registers that V8 has. With two groups a turn it mixes them and
   * spills, which costs a fifth.
   */
  @inline
  static run<Dot>(rows: i32, a: usize, aStride: usize, panel: usize, panelEnd: usize, y: usize, yStride: usize): void {
    const dot = changetype<Dot>(0);
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
    let w = panel + PANEL_HEAD;
    do {
      const wp = dot.weights(w, 0);
      const wq = dot.weights(w, 1);
      let x = v128.load32_splat(a);
      p0 = dot.add(p0, wp, x);
      q0 = dot.add(q0, wq, x);
      a += 4;
      x = v128.load32_splat(a1);
      p1 = dot.add(p1, wp, x);
      q1 = dot.add(q1, wq, x);
      a1 += 4;
      x = v128.load32_splat(a2);
      p2 = dot.add(p2, wp, x);
      q2 = dot.add(q2, wq, x);
      a2 += 4;
      x = v128.load32_splat(a3);
      p3 = dot.add(p3, wp, x);
      q3 = dot.add(q3, wq, x);
      a3 += 4;
      if (rows > 4) {
        x = v128.load32_splat(a4);
        p4 = dot.add(p4, wp, x);
        q4 = dot.add(q4, wq, x);
        a4 += 4;
        x = v128.load32_splat(a5);
        p5 = dot.add(p5, wp, x);
        q5 = dot.add(q5, wq, x);
        a5 += 4;
      }
      w += dot.rowBytes;
    } while (w != panelEnd);
    // Where six rows are the largest tile, four are not worth the code of an ending of their own.
    if (rows == dot.tileRows && y) {
      const m0 = v128.load(panel, 32);
      const m1 = v128.load(panel, 48);
      const magic = Output.magic();
      const base = Output.base();
      let upper = Output.pair(p0, q0, m0, m1, magic, base);
      let lower = Output.pair(p1, q1, m0, m1, magic, base);
      QuantizedTile.storePair(y, yStride, upper, lower);
      y += 2 * yStride;
      upper = Output.pair(p2, q2, m0, m1, magic, base);
      lower = Output.pair(p3, q3, m0, m1, magic, base);
      QuantizedTile.storePair(y, yStride, upper, lower);
      if (rows > 4) {
        y += 2 * yStride;
        upper = Output.pair(p4, q4, m0, m1, magic, base);
        lower = Output.pair(p5, q5, m0, m1, magic, base);
        QuantizedTile.storePair(y, yStride, upper, lower);
      }
    } else {
      v128.store(sums, p0);
      v128.store(sums, q0, 16);
      v128.store(sums, p1, 32);
      v128.store(sums, q1, 48);
      v128.store(sums, p2, 64);
      v128.store(sums, q2, 80);
      v128.store(sums, p3, 96);
      v128.store(sums, q3, 112);
      if (rows > 4) {
        v128.store(sums, p4, 128);
        v128.store(sums, q4, 144);
        v128.store(sums, p5, 160);
        v128.store(sums, q5, 176);
      }
    }
  }

  /** One row of a under the first `panels` of four panels, panelBytes apart: row i of `sums` ← its sums under panel i. */
  @inline
  static across<Dot>(a: usize, panel: usize, panelBytes: usize, panels: i32): void {
    const dot = changetype<Dot>(0);
    // Panels that are not there are the last one again.
    const panel1 = panels > 1 ? panel + panelBytes : panel;
    const panel2 = panels > 2 ? panel1 + panelBytes : panel1;
    const panel3 = panels > 3 ? panel2 + panelBytes : panel2;
    let p0 = v128.load(panel);
    let q0 = v128.load(panel, 16);
    let p1 = v128.load(panel1);
    let q1 = v128.load(panel1, 16);
    let p2 = v128.load(panel2);
    let q2 = v128.load(panel2, 16);
    let p3 = v128.load(panel3);
    let q3 = v128.load(panel3, 16);
    let w = PANEL_HEAD;
    do {
      const x = v128.load32_splat(a);
      p0 = dot.add(p0, dot.weights(panel + w, 0), x);
      q0 = dot.add(q0, dot.weights(panel + w, 1), x);
      p1 = dot.add(p1, dot.weights(panel1 + w, 0), x);
      q1 = dot.add(q1, dot.weights(panel1 + w, 1), x);
      p2 = dot.add(p2, dot.weights(panel2 + w, 0), x);
      q2 = dot.add(q2, dot.weights(panel2 + w, 1), x);
      p3 = dot.add(p3, dot.weights(panel3 + w, 0), x);
      q3 = dot.add(q3, dot.weights(panel3 + w, 1), x);
      a += 4;
      w += dot.rowBytes;
    } while (w != panelBytes);
    v128.store(sums, p0);
    v128.store(sums, q0, 16);
    v128.store(sums, p1, 32);
    v128.store(sums, q1, 48);
    v128.store(sums, p2, 64);
    v128.store(sums, q2, 80);
    v128.store(sums, p3, 96);
    v128.store(sums, q3, 112);
  }
}

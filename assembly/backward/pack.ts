/** The transposed weights: what the gradient of a layer's input multiplies by. */

export class Transpose {
  /** Four rows of four numbers, xStride bytes apart at x, become the columns of four rows, yStride bytes apart at y. */
  @inline
  static block(x: usize, xStride: usize, y: usize, yStride: usize): void {
    const a = v128.load(x);
    const b = v128.load(x + xStride);
    const c = v128.load(x + 2 * xStride);
    const d = v128.load(x + 3 * xStride);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(y, v128.shuffle<i64>(ab, cd, 0, 2));
    v128.store(y + yStride, v128.shuffle<i64>(ab, cd, 1, 3));
    v128.store(y + 2 * yStride, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
    v128.store(y + 3 * yStride, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
  }

  /** y[j,i] ← x[i,j], four by four as long as there are four. */
  @inline
  static matrix(x: usize, xStride: usize, rows: i32, columns: i32, y: usize, yStride: usize): void {
    let row = 0;
    for (; row + 4 <= rows; row += 4, x += xStride << 2, y += 16) {
      let column = 0;
      let p = x;
      let q = y;
      for (; column + 4 <= columns; column += 4, p += 16, q += yStride << 2) Transpose.block(p, xStride, q, yStride);
      for (; column < columns; column++, p += 4, q += yStride) {
        for (let i: usize = 0; i < 4; i++) store<f32>(q + (i << 2), load<f32>(p + i * xStride));
      }
    }
    for (; row < rows; row++, x += xStride, y += 4) {
      for (let column: usize = 0; column < <usize>columns; column++) {
        store<f32>(y + column * yStride, load<f32>(x + (column << 2)));
      }
    }
  }
}

/**
 * panels of wᵀ[N,K] ← w[K,N] (rows wStride bytes apart): [ceil(K/8)][zero bias | N][8], zeros beyond K.
 */
export function packPanelsTransposed(w: usize, wStride: usize, k: i32, n: i32, panels: usize): void {
  const panelBytes = (<usize>n + 1) << 5;
  for (let row = 0; row < k; row += 8, w += wStride << 3, panels += panelBytes) {
    const rows = min(8, k - row);
    memory.fill(panels, 0, rows < 8 ? panelBytes : 32);
    Transpose.matrix(w, wStride, rows, n, panels + 32, 32);
  }
}

/**
 * slices ← a filter w [taps,C,OC] output channel by output channel: [ceil(C/16)][OC][taps][16]. What of the last slice has
 * no channel stays as it is.
 */
export function packSlices(w: usize, taps: i32, c: i32, oc: i32, slices: usize): void {
  const ocBytes = (<usize>oc) << 2;
  const filterBytes = (<usize>taps) << 6;
  for (let channel = 0; channel < c; channel += 16, slices += <usize>oc * filterBytes) {
    for (let tap = 0; tap < taps; tap++) {
      const source = w + <usize>(tap * c + channel) * ocBytes;
      Transpose.matrix(source, ocBytes, min(16, c - channel), oc, slices + ((<usize>tap) << 6), filterBytes);
    }
  }
}

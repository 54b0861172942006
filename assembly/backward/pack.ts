/** The transposed weights as panels: what the gradient of a layer's input multiplies by. */

/**
 * panels of wᵀ[N,K] ← w[K,N] (rows wStride bytes apart): [ceil(K/8)][zero bias | N][8], zeros beyond K.
 */
export function packPanelsTransposed(w: usize, wStride: usize, k: i32, n: i32, panels: usize): void {
  for (let row = 0; row < k; row += 8) {
    const rows = min(8, k - row);
    memory.fill(panels, 0, 32);
    panels += 32;
    const source = w + <usize>row * wStride;
    for (let i = 0; i < n; i++, panels += 32) {
      const column = source + ((<usize>i) << 2);
      for (let j = 0; j < 8; j++) {
        store<f32>(panels + ((<usize>j) << 2), j < rows ? load<f32>(column + <usize>j * wStride) : 0);
      }
    }
  }
}

/** y [columns,rows] ← x [rows,columns], four by four as long as there are four. */
export function transpose(x: usize, rows: i32, columns: i32, y: usize): void {
  const xStride = (<usize>columns) << 2;
  const yStride = (<usize>rows) << 2;
  let row = 0;
  for (; row + 4 <= rows; row += 4, x += 4 * xStride, y += 16) {
    let column = 0;
    let p = x;
    let q = y;
    for (; column + 4 <= columns; column += 4, p += 16, q += 4 * yStride) {
      const a = v128.load(p);
      const b = v128.load(p + xStride);
      const c = v128.load(p + 2 * xStride);
      const d = v128.load(p + 3 * xStride);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(q, v128.shuffle<i64>(ab, cd, 0, 2));
      v128.store(q + yStride, v128.shuffle<i64>(ab, cd, 1, 3));
      v128.store(q + 2 * yStride, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
      v128.store(q + 3 * yStride, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
    }
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

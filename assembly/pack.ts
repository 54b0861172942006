/** Weights rearranged for the GEMM: panels of eight output columns, [ceil(N/8)][bias | K][8], zeros beyond N. */

/**
 * panels ← w[K,N] (rows wStride bytes apart) and bias[N]; bias = 0 means zeros.
 */
export function packPanels(w: usize, wStride: usize, bias: usize, k: i32, n: i32, panels: usize): void {
  for (let column = 0; column < n; column += 8) {
    const columns = min(8, n - column);
    const source = w + ((<usize>column) << 2);
    for (let j = 0; j < 8; j++) {
      store<f32>(
        panels + ((<usize>j) << 2),
        bias != 0 && j < columns ? load<f32>(bias + ((<usize>(column + j)) << 2)) : 0,
      );
    }
    panels += 32;
    if (columns == 8) {
      for (let i = 0; i < k; i++, panels += 32) {
        const row = source + <usize>i * wStride;
        v128.store(panels, v128.load(row));
        v128.store(panels, v128.load(row, 16), 16);
      }
    } else {
      for (let i = 0; i < k; i++, panels += 32) {
        const row = source + <usize>i * wStride;
        for (let j = 0; j < 8; j++) {
          store<f32>(panels + ((<usize>j) << 2), j < columns ? load<f32>(row + ((<usize>j) << 2)) : 0);
        }
      }
    }
  }
}

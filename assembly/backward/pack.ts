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

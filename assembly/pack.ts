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

/**
 * panels ← a matrix [K,N] whose rows and columns both lie in `outer` groups, outerBytes apart, of `inner` elements,
 * bytes apart (taps of a filter and channels): K = kOuter·kInner, N = nOuter·nInner; the bias is zero.
 */
export function packPanelsStrided(
  w: usize,
  kOuter: i32,
  kOuterBytes: usize,
  kInner: i32,
  kBytes: usize,
  nOuter: i32,
  nOuterBytes: usize,
  nInner: i32,
  nBytes: usize,
  panels: usize,
): void {
  const n = nOuter * nInner;
  const panelBytes = (<usize>(kOuter * kInner + 1)) << 5;
  for (let column = 0; column < n; column++) {
    const lane = column & 7;
    if (lane == 0) memory.fill(panels, 0, panelBytes);
    let group = w + <usize>(column / nInner) * nOuterBytes + <usize>(column % nInner) * nBytes;
    let target = panels + 32 + ((<usize>lane) << 2);
    for (let outer = 0; outer < kOuter; outer++, group += kOuterBytes) {
      let source = group;
      for (let inner = 0; inner < kInner; inner++, source += kBytes, target += 32) {
        store<f32>(target, load<f32>(source));
      }
    }
    if (lane == 7) panels += panelBytes;
  }
}

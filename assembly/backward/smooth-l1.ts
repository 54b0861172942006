/** The loss that boxes are trained with, and its gradient. */

/**
 * losses[n] = weight·Σ h(y − targets) over each row, h(d) = d²/2β within |d| < β and |d| − β/2 beyond (Girshick, "Fast
 * R-CNN", 2015, with β = 1; Huber 1964), and its gradient times `scale`:
 *   dY [N,values] = clamp((y − targets)/β, −1, 1)·weight·scale
 * y, targets [N,values]; β > 0. A NaN makes its row's loss NaN.
 */
export function smoothL1(
  y: usize,
  targets: usize,
  dY: usize,
  losses: usize,
  n: i32,
  values: i32,
  beta: f32,
  weight: f32,
  scale: f32,
): void {
  const rowBytes = (<usize>values) << 2;
  const slope = weight * scale;
  for (let row = 0; row < n; row++) {
    let loss: f32 = 0;
    for (let i: usize = 0; i < rowBytes; i += 4) {
      const d = load<f32>(y + i) - load<f32>(targets + i);
      const size = abs(d);
      const isNear = size < beta;
      loss += isNear ? (d * d) / (2 * beta) : size - 0.5 * beta;
      store<f32>(dY + i, (isNear ? d / beta : copysign<f32>(1, d)) * slope);
    }
    store<f32>(losses + ((<usize>row) << 2), loss * weight);
    y += rowBytes;
    targets += rowBytes;
    dY += rowBytes;
  }
}

/** Angles of random numbers. */

// Constants stand in memory: V8 builds those of the code anew at every use.
const CONSTANTS: usize = memory.data<f32>(
  [
    // sin(πx/2) for |x| ≤ 1, off by less than 1e-6: coefficients of x⁷, x⁵, x³, x; then 1
    -0.00437059, -0.00437059, -0.00437059, -0.00437059, 0.07950001, 0.07950001, 0.07950001, 0.07950001, -0.64592572,
    -0.64592572, -0.64592572, -0.64592572, 1.57079513, 1.57079513, 1.57079513, 1.57079513, 1, 1, 1, 1,
  ],
  16,
);

export class HalfTurns {
  /** cos(πx) for |x| ≤ 1, as 1 − 2·sin²(πx/2). */
  @inline
  static cosine(x: v128): v128 {
    const z = f32x4.mul(x, x);
    let sine = f32x4.add(f32x4.mul(v128.load(CONSTANTS), z), v128.load(CONSTANTS, 16));
    sine = f32x4.add(f32x4.mul(sine, z), v128.load(CONSTANTS, 32));
    sine = f32x4.mul(f32x4.add(f32x4.mul(sine, z), v128.load(CONSTANTS, 48)), x);
    return f32x4.sub(v128.load(CONSTANTS, 64), f32x4.mul(f32x4.add(sine, sine), sine));
  }
}

/** Vector helpers that both SIMD builds share: what differs between them differs here and nowhere else. */

export class Simd {
  /** a·b + c: one instruction that may fuse in the relaxed build, rounded twice in the baseline build. */
  @inline
  static madd(a: v128, b: v128, c: v128): v128 {
    if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
    return f32x4.add(f32x4.mul(a, b), c);
  }

  /**
   * min(max(x, lo), hi) as one compare and select each; a NaN in x stays NaN (pmax(x, lo) is `x < lo ? lo : x`),
   * where f32x4.min and max would cost a third of a short GEMM.
   */
  @inline
  static clamp(x: v128, lo: v128, hi: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, lo), hi);
  }

  @inline
  static zero(): v128 {
    return f32x4.splat(0);
  }

  /** Sum of the four lanes, pairwise. */
  @inline
  static sum(x: v128): f32 {
    return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 2) + (f32x4.extract_lane(x, 1) + f32x4.extract_lane(x, 3));
  }
}

export class Scalar {
  @inline
  static clamp(x: f32, lo: f32, hi: f32): f32 {
    const raised = x < lo ? lo : x;
    return raised > hi ? hi : raised;
  }

  /** a·b + c, rounded twice in both builds: for the tails, whose lanes must not depend on a vector's width. */
  @inline
  static madd(a: f32, b: f32, c: f32): f32 {
    return a * b + c;
  }
}

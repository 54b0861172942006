/** Vector helpers that both SIMD builds share: what differs between them differs here and nowhere else. */

export class Simd {
  /** a·b + c: one instruction that may fuse in the relaxed build, rounded twice in the baseline build. */
  @inline
  static madd(a: v128, b: v128, c: v128): v128 {
    if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
    return f32x4.add(f32x4.mul(a, b), c);
  }

  /** c − a·b, as madd. */
  @inline
  static nmadd(a: v128, b: v128, c: v128): v128 {
    if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
    return f32x4.sub(c, f32x4.mul(a, b));
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

  /**
   * The first `lanes` (1…4) values at p; the other lanes are 0, and nothing behind them is read. With a literal 4 this
   * is a plain load, so that one loop body serves the vectors and the tail: an element's bits never depend on where in
   * a range it lies.
   */
  @inline
  static load(p: usize, lanes: i32): v128 {
    if (lanes == 4) return v128.load(p);
    let x = v128.load32_zero(p);
    if (lanes > 1) x = v128.load32_lane(p, x, 1, 4);
    if (lanes > 2) x = v128.load32_lane(p, x, 2, 8);
    return x;
  }

  /** Stores the first `lanes` (1…4) values of x and nothing else. */
  @inline
  static store(p: usize, x: v128, lanes: i32): void {
    if (lanes == 4) {
      v128.store(p, x);
      return;
    }
    v128.store32_lane(p, x, 0);
    if (lanes > 1) v128.store32_lane(p, x, 1, 4);
    if (lanes > 2) v128.store32_lane(p, x, 2, 8);
  }
}

export class Scalar {
  @inline
  static clamp(x: f32, lo: f32, hi: f32): f32 {
    const raised = x < lo ? lo : x;
    return raised > hi ? hi : raised;
  }
}

/**
 * Sums, maxima and minima over some axes of a tensor. The host merges neighbouring axes that behave alike and hands over
 * pairs of a kept and a reduced length, outermost first: x [k0,r0,k1,r1,k2,r2,k3,r3] → y [k0,k1,k2,k3], absent ones 1.
 */
import { Simd } from './simd';

@unmanaged
class Sum {
  @inline
  neutral(): f32 {
    return 0;
  }
  @inline
  join(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
  @inline
  finish(sum: v128, divisor: v128): v128 {
    return f32x4.div(sum, divisor);
  }
}

@unmanaged
class Largest {
  @inline
  neutral(): f32 {
    return -Infinity;
  }
  @inline
  join(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
  @inline
  finish(best: v128, divisor: v128): v128 {
    return best;
  }
}

@unmanaged
class Smallest {
  @inline
  neutral(): f32 {
    return Infinity;
  }
  @inline
  join(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
  @inline
  finish(best: v128, divisor: v128): v128 {
    return best;
  }
}

/** Operations are methods on a null reference (see gemm.ts). */
class Reduce {
  /**
   * `count` vectors, `step` bytes apart, joined with `start`. Four chains side by side, as in columns.ts: they hide the
   * latency of a sum, and rounding errors grow with the length of a chain.
   */
  static strip<Op>(start: v128, p: usize, step: usize, count: i32): v128 {
    const op = changetype<Op>(0);
    let s0 = start;
    let s1 = f32x4.splat(op.neutral());
    let s2 = s1;
    let s3 = s1;
    let i = 0;
    for (; i + 4 <= count; i += 4) {
      s0 = op.join(s0, v128.load(p));
      s1 = op.join(s1, v128.load(p + step));
      s2 = op.join(s2, v128.load(p + 2 * step));
      s3 = op.join(s3, v128.load(p + 3 * step));
      p += 4 * step;
    }
    for (; i < count; i++, p += step) s0 = op.join(s0, v128.load(p));
    return op.join(op.join(s0, s1), op.join(s2, s3));
  }

  /** A contiguous row of n values, joined lane by lane. */
  @inline
  static row<Op>(start: v128, p: usize, n: i32): v128 {
    const op = changetype<Op>(0);
    const joined = Reduce.strip<Op>(start, p, 16, n >> 2);
    const lanes = n & 3;
    if (!lanes) return joined;
    p += (<usize>(n & ~3)) << 2;
    let tail = v128.load32_lane(p, f32x4.splat(op.neutral()), 0);
    if (lanes > 1) tail = v128.load32_lane(p, tail, 1, 4);
    if (lanes > 2) tail = v128.load32_lane(p, tail, 2, 8);
    return op.join(joined, tail);
  }

  /** One result in lane 0. */
  @inline
  static across<Op>(x: v128): v128 {
    const op = changetype<Op>(0);
    const pairs = op.join(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
    return op.join(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2));
  }

  static run<Op>(
    x: usize,
    y: usize,
    k0: i32,
    r0: i32,
    k1: i32,
    r1: i32,
    k2: i32,
    r2: i32,
    k3: i32,
    r3: i32,
    divisor: f32,
  ): void {
    const op = changetype<Op>(0);
    const divisors = f32x4.splat(divisor);
    const neutral = f32x4.splat(op.neutral());
    // Bytes from one step of a loop to the next.
    const keptStep3 = (<usize>r3) << 2;
    const step2 = keptStep3 * k3;
    const keptStep2 = step2 * r2;
    const step1 = keptStep2 * k2;
    const keptStep1 = step1 * r1;
    const step0 = keptStep1 * k1;
    const isRow = r3 > 1;
    const group = isRow ? 1 : 4;
    for (let i0 = 0; i0 < k0; i0++, x += step0 * r0) {
      let x1 = x;
      for (let i1 = 0; i1 < k1; i1++, x1 += keptStep1) {
        let x2 = x1;
        for (let i2 = 0; i2 < k2; i2++, x2 += keptStep2) {
          let x3 = x2;
          for (let i3 = 0; i3 < k3; i3 += group, x3 += keptStep3 * group) {
            let joined = neutral;
            for (let j0 = 0; j0 < r0; j0++) {
              for (let j1 = 0; j1 < r1; j1++) {
                let p = x3 + j0 * step0 + j1 * step1;
                if (isRow) {
                  for (let j2 = 0; j2 < r2; j2++, p += step2) joined = Reduce.row<Op>(joined, p, r3);
                } else {
                  joined = Reduce.strip<Op>(joined, p, step2, r2);
                }
              }
            }
            const lanes = isRow ? 1 : min(4, k3 - i3);
            Simd.store(y, op.finish(isRow ? Reduce.across<Op>(joined) : joined, divisors), lanes);
            y += (<usize>lanes) << 2;
          }
        }
      }
    }
  }
}

/** y = Σ x / divisor: a sum for 1, a mean for the number of summands, −x for −1 and nothing reduced (y may then be x). */
export function reduceSum(
  x: usize,
  y: usize,
  k0: i32,
  r0: i32,
  k1: i32,
  r1: i32,
  k2: i32,
  r2: i32,
  k3: i32,
  r3: i32,
  divisor: f32,
): void {
  Reduce.run<Sum>(x, y, k0, r0, k1, r1, k2, r2, k3, r3, divisor);
}

/** y = the largest x, NaN where one is NaN. */
export function reduceMax(
  x: usize,
  y: usize,
  k0: i32,
  r0: i32,
  k1: i32,
  r1: i32,
  k2: i32,
  r2: i32,
  k3: i32,
  r3: i32,
): void {
  Reduce.run<Largest>(x, y, k0, r0, k1, r1, k2, r2, k3, r3, 1);
}

/** y = the smallest x, NaN where one is NaN. */
export function reduceMin(
  x: usize,
  y: usize,
  k0: i32,
  r0: i32,
  k1: i32,
  r1: i32,
  k2: i32,
  r2: i32,
  k3: i32,
  r3: i32,
): void {
  Reduce.run<Smallest>(x, y, k0, r0, k1, r1, k2, r2, k3, r3, 1);
}

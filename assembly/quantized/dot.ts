/**
 * The dot products that int8 kernels are made of, one class each, and the probe that tells which of them the host has.
 * A path is a number that every kernel here takes:
 *   0  i16: activations widened to i16, pairs of products; every host has it
 *   1  dot8: groups of four products by relaxed_dot, whose second operand is unsigned (x86 with AVX-VNNI)
 *   2  dot8 where it is signed (Arm): activations x are given as x − 128, that is with the top bit flipped
 * All are exact in i32, so results have the same bits on each. The baseline build knows path 0 only.
 */

export const PATH_I16 = 0;
export const PATH_UNSIGNED = 1;
export const PATH_SIGNED = 2;

/**
 * Policies for the tiles, methods on a null reference (see gemm.ts). Vectors have four lanes of i32, in each of which
 * stand `group` activations, as staged, or as many weights.
 */
@unmanaged
export class Dot8 {
  @inline
  get group(): i32 {
    return 4;
  }

  /** Rows of the largest GEMM tile. */
  @inline
  get tileRows(): i32 {
    return 6;
  }

  /** Bytes of a panel row: `group` i8 for each of eight output channels. */
  @inline
  get rowBytes(): usize {
    return 32;
  }

  /** A panel row's weights for its first four channels (half 0) or the others (half 1). */
  @inline
  weights(row: usize, half: usize): v128 {
    return v128.load(row + (half << 4));
  }

  /** sum + w·x */
  @inline
  add(sum: v128, w: v128, x: v128): v128 {
    return i32x4.relaxed_dot_i8x16_i7x16_add_s(w, x, sum);
  }
}

@unmanaged
export class Dot16 {
  @inline
  get group(): i32 {
    return 2;
  }

  @inline
  get tileRows(): i32 {
    return 4;
  }

  @inline
  get rowBytes(): usize {
    return 16;
  }

  /** Widened on the way, which costs little more than a load. */
  @inline
  weights(row: usize, half: usize): v128 {
    return v128.load8x8_s(row + (half << 3));
  }

  @inline
  add(sum: v128, w: v128, x: v128): v128 {
    return i32x4.add(sum, i32x4.dot_i16x8_s(w, x));
  }
}

/** Weights 127, then activations 255 (or −1): in memory, so that no compiler works the answer out. */
const probe = memory.data<u8>([
  127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 255, 255, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 255, 255, 255, 255, 255,
]);

/**
 * The best path of this host, by asking its relaxed_dot for four products 127 · 0xff: 129540 where the second operand
 * is unsigned, −508 where it is signed, and 65534 where sums of two saturate in 16 bits (x86 before AVX-VNNI).
 */
export function probeDot(): i32 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    const dot = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(probe), v128.load(probe, 16), i32x4.splat(0));
    const sum = i32x4.extract_lane(dot, 0);
    if (sum == 129540) return PATH_UNSIGNED;
    if (sum == -508) return PATH_SIGNED;
  }
  return PATH_I16;
}

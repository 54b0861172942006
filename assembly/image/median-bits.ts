/**
 * Medians by counting, 16 of u8 or four of f32 at a time. Values become keys, whole numbers with a sign of the same order;
 * T is the picture's type. Work grows with the area of the window, but for u8 no more than eight comparisons each.
 */

/** The largest window of u8 whose values can be counted in eight bits. */
export const LARGEST_COUNTED = 15;

/** Lanes of keys. */
class Keys {
  /** Values ↔ keys: its own inverse. Every f32 has a place, NaN too. */
  @inline
  static of<T>(values: v128): v128 {
    if (sizeof<T>() == 1) return v128.xor(values, Keys.sign<T>());
    return v128.xor(values, i32x4.shr_u(i32x4.shr_s(values, 31), 1));
  }

  /** What makes keys unsigned, in the same order. */
  @inline
  static sign<T>(): v128 {
    return sizeof<T>() == 1 ? i8x16.splat(<i8>0x80) : i32x4.splat(0x80000000);
  }

  @inline
  static splat<T>(value: i32): v128 {
    return sizeof<T>() == 1 ? i8x16.splat(<i8>value) : i32x4.splat(value);
  }

  /** counts, one more where x lies below the limit. */
  @inline
  static countBelow<T>(counts: v128, x: v128, limit: v128): v128 {
    if (sizeof<T>() == 1) return i8x16.sub(counts, i8x16.lt_s(x, limit));
    return i32x4.sub(counts, i32x4.lt_s(x, limit));
  }

  @inline
  static isMore<T>(counts: v128, than: v128): v128 {
    return sizeof<T>() == 1 ? i8x16.gt_u(counts, than) : i32x4.gt_s(counts, than);
  }

  /** All bits that are set in some lane. */
  @inline
  static anyBits<T>(x: v128): i32 {
    let bits = i32x4.extract_lane(x, 0) | i32x4.extract_lane(x, 1);
    bits |= i32x4.extract_lane(x, 2) | i32x4.extract_lane(x, 3);
    if (sizeof<T>() == 4) return bits;
    bits |= bits >> 16;
    return (bits | (bits >> 8)) & 255;
  }
}

/** The values of a row ↔ their keys; whole vectors. */
export function keysOf<T>(x: usize, bytes: usize): void {
  for (const end = x + bytes; x < end; x += 16) v128.store(x, Keys.of<T>(v128.load(x)));
}

/**
 * A row of medians, of which `rows` hold the keys: each is built bit by bit from the top, a bit set where no more than half
 * of the window lies below. Bits in which the keys of a window agree are taken over: whole levels in f32 cost half. Writes
 * blocks of 32 bytes.
 */
export function rowByBits<T>(rows: usize, target: usize, count: i32, pixel: usize, size: i32): void {
  const rowsEnd = rows + ((<usize>size) << 2);
  const reach = <usize>size * pixel;
  const half = Keys.splat<T>((size * size) >> 1);
  const sign = Keys.sign<T>();
  for (let at: usize = 0, end = <usize>count * sizeof<T>(); at < end; at += 32) {
    const firstA = v128.load(<usize>load<u32>(rows) + at);
    const firstB = v128.load(<usize>load<u32>(rows) + at, 16);
    let varying = i32x4.splat(0);
    for (let row = rows; row < rowsEnd; row += 4) {
      for (let x = <usize>load<u32>(row) + at, last = x + reach; x < last; x += pixel) {
        varying = v128.or(varying, v128.xor(v128.load(x), firstA));
        varying = v128.or(varying, v128.xor(v128.load(x, 16), firstB));
      }
    }
    let left = Keys.anyBits<T>(varying);
    const agreed = Keys.splat<T>(~left);
    // Unsigned here, so that setting a bit makes a number larger.
    let a = v128.and(v128.xor(firstA, sign), agreed);
    let b = v128.and(v128.xor(firstB, sign), agreed);
    while (left != 0) {
      const bit = <i32>(<u32>0x80000000 >> clz(left));
      left ^= bit;
      const triedA = v128.or(a, Keys.splat<T>(bit));
      const triedB = v128.or(b, Keys.splat<T>(bit));
      const limitA = v128.xor(triedA, sign);
      const limitB = v128.xor(triedB, sign);
      let belowA = i32x4.splat(0);
      let belowB = i32x4.splat(0);
      for (let row = rows; row < rowsEnd; row += 4) {
        for (let x = <usize>load<u32>(row) + at, last = x + reach; x < last; x += pixel) {
          belowA = Keys.countBelow<T>(belowA, v128.load(x), limitA);
          belowB = Keys.countBelow<T>(belowB, v128.load(x, 16), limitB);
        }
      }
      a = v128.bitselect(a, triedA, Keys.isMore<T>(belowA, half));
      b = v128.bitselect(b, triedB, Keys.isMore<T>(belowB, half));
    }
    v128.store(target + at, Keys.of<T>(v128.xor(a, sign)));
    v128.store(target + at, Keys.of<T>(v128.xor(b, sign)), 16);
  }
}

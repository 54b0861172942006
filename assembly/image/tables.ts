/** Values on their own: 256 results for u8, straight lines for both types. */

/** At a fixed place, so that the address of an entry costs no addition. */
const TABLE = memory.data(256, 16);
const RAMP = memory.data<u8>([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], 16);

/** Where the host writes the table that the functions below read. */
export function levelTable(): usize {
  return TABLE;
}

class Table {
  @inline
  static at(x: usize): u8 {
    return load<u8>(<usize>load<u8>(x), TABLE);
  }

  /** Eight bytes: loads are what the loop waits for, so four of the levels come out of one word. */
  @inline
  static eight(x: usize): void {
    const word = load<u32>(x);
    store<u8>(x, load<u8>(<usize>(word & 255), TABLE));
    store<u8>(x, load<u8>(<usize>((word >> 8) & 255), TABLE), 1);
    store<u8>(x, load<u8>(<usize>((word >> 16) & 255), TABLE), 2);
    store<u8>(x, load<u8>(<usize>(word >> 24), TABLE), 3);
    store<u8>(x, Table.at(x + 4), 4);
    store<u8>(x, Table.at(x + 5), 5);
    store<u8>(x, Table.at(x + 6), 6);
    store<u8>(x, Table.at(x + 7), 7);
  }
}

/** Each of `count` bytes ← table[byte]; works in whole sixteens. Scalar loads beat every scheme of swizzles. */
export function applyTable(x: usize, count: i32): void {
  for (const end = x + count; x < end; x += 16) {
    Table.eight(x);
    Table.eight(x + 8);
  }
}

/**
 * Binary places of a line's slope: lines up to a slope of 4 fit, and one in two hundred has a level that rounds wrongly. As a
 * constant it saves a quarter of the time.
 */
const LINE_SHIFT: i32 = 20;

/** Binary places that isLine and applyLine take. */
export function lineShift(): i32 {
  return LINE_SHIFT;
}

class Line {
  /** Pairs (128·v, v) of the lower or upper eight levels in i16, times (slope >> 7, slope & 127), plus offset. */
  @inline
  static quarter(pairs: v128, slope: v128, offset: v128): v128 {
    return i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(pairs, slope), offset), LINE_SHIFT);
  }

  @inline
  static half(levels: v128, slope: v128, offset: v128): v128 {
    const shifted = i16x8.shl(levels, 7);
    return i16x8.narrow_i32x4_s(
      Line.quarter(i16x8.shuffle(shifted, levels, 0, 8, 1, 9, 2, 10, 3, 11), slope, offset),
      Line.quarter(i16x8.shuffle(shifted, levels, 4, 12, 5, 13, 6, 14, 7, 15), slope, offset),
    );
  }

  /** (v·slope + offset) >> LINE_SHIFT of sixteen levels, clipped to 0–255. */
  @inline
  static of(levels: v128, slope: v128, offset: v128): v128 {
    return i8x16.narrow_i16x8_u(
      Line.half(i16x8.extend_low_i8x16_u(levels), slope, offset),
      Line.half(i16x8.extend_high_i8x16_u(levels), slope, offset),
    );
  }

  /** slope = 128·upper + lower, as pairs of i16. */
  @inline
  static pairs(slope: i32): v128 {
    return i32x4.splat(((slope >> 7) & 0xffff) | ((slope & 127) << 16));
  }
}

/**
 * Whether the table is what applyLine gives: all 256 levels are tried.
 *   slope: |slope| < 2²² · slope·255 + offset in i32, too
 */
export function isLine(slope: i32, offset: i32): bool {
  const pairs = Line.pairs(slope);
  const offsets = i32x4.splat(offset);
  let levels = v128.load(RAMP);
  for (let at = TABLE; at < TABLE + 256; at += 16) {
    const found = Line.of(levels, pairs, offsets);
    if (v128.any_true(v128.xor(found, v128.load(at)))) return false;
    levels = i8x16.add(levels, i8x16.splat(16));
  }
  return true;
}

/** Each of `count` bytes v ← (v·slope + offset) >> LINE_SHIFT, clipped; arguments as isLine took them. */
export function applyLine(x: usize, count: i32, slope: i32, offset: i32): void {
  const pairs = Line.pairs(slope);
  const offsets = i32x4.splat(offset);
  for (const end = x + count; x < end; x += 16) {
    v128.store(x, Line.of(v128.load(x), pairs, offsets));
  }
}

const SIGN = memory.data<u32>([0x80808080, 0x80808080, 0x80808080, 0x80808080], 16);

/**
 * Lines with a slope near 1, in sixteen bits: with s = v − 128, v' − 128 = (256·s + (256·s·slope >> 15) + offset) >> 8.
 * An eighth faster than Line. Some offset is right at all levels for 96 in 100 factors .8 … 1.2 (82 in 100 contrasts), and
 * for 99.8 (95) if the slopes beside may be taken.
 */
class NearLine {
  @inline
  static half(signed: v128, slope: v128, offset: v128): v128 {
    // In this order only what is clipped in the end meets the bounds of i16.
    const change = i16x8.add_sat_s(i16x8.q15mulr_sat_s(signed, slope), offset);
    return i16x8.shr_s(i16x8.add_sat_s(change, signed), 8);
  }

  @inline
  static of(levels: v128, slope: v128, offset: v128): v128 {
    const sign = v128.load(SIGN);
    const zero = i8x16.splat(0);
    const signed = v128.xor(levels, sign);
    const low = i8x16.shuffle(zero, signed, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const high = i8x16.shuffle(zero, signed, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const result = i8x16.narrow_i16x8_s(NearLine.half(low, slope, offset), NearLine.half(high, slope, offset));
    return v128.xor(result, sign);
  }

  /** The least offset with which no level comes out too small, as far as sixteen bits go. */
  static offset(slope: i32): i32 {
    let offset = -0x8000;
    for (let level = 0; level < 256; level++) {
      const target = <i32>load<u8>(TABLE + level);
      const change = ((level - 128) * 256 * slope + 0x4000) >> 15;
      if (target > 0) offset = max(offset, 256 * (target - level) - change);
    }
    return offset;
  }

  /** Whether all levels come out as the table has them. */
  static fits(slope: i32, offset: i32): bool {
    const slopes = i16x8.splat(<i16>slope);
    const offsets = i16x8.splat(<i16>offset);
    let levels = v128.load(RAMP);
    for (let at = TABLE; at < TABLE + 256; at += 16) {
      if (v128.any_true(v128.xor(NearLine.of(levels, slopes, offsets), v128.load(at)))) return false;
      levels = i8x16.add(levels, i8x16.splat(16));
    }
    return true;
  }

  static run(x: usize, count: i32, slope: i32, offset: i32): void {
    const slopes = i16x8.splat(<i16>slope);
    const offsets = i16x8.splat(<i16>offset);
    for (const end = x + count; x < end; x += 16) v128.store(x, NearLine.of(v128.load(x), slopes, offsets));
  }
}

/**
 * Applies the table, which is that of a line with slope `multiply`, where 0 < multiply < 2 and some line in sixteen bits
 * is the same at all 256 levels; else does nothing and says no.
 */
export function applyNearLine(x: usize, count: i32, multiply: f64): bool {
  if (!(multiply > 0.001 && multiply < 1.999)) return false;
  const slope = <i32>floor<f64>((multiply - 1) * 32768 + 0.5);
  for (let beside = 0; beside < 3; beside++) {
    const tried = beside == 2 ? slope - 1 : slope + beside;
    const offset = NearLine.offset(tried);
    if (offset > 0x7fff || !NearLine.fits(tried, offset)) continue;
    NearLine.run(x, count, tried, offset);
    return true;
  }
  return false;
}

/** Each of `count` f32 v ← v·multiply + add, each step rounded. */
export function applyLineFloats(x: usize, count: i32, multiply: f32, add: f32): void {
  const factor = f32x4.splat(multiply);
  const term = f32x4.splat(add);
  for (const end = x + ((<usize>count) << 2); x < end; x += 16) {
    v128.store(x, f32x4.add(f32x4.mul(v128.load(x), factor), term));
  }
}

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

/** As applyTable for the first `channels` bytes of each of `count` pixels of `pixelBytes` bytes. */
export function applyTablePixels(x: usize, count: i32, pixelBytes: i32, channels: i32): void {
  for (; count > 0; count--, x += pixelBytes) {
    for (let at = x, end = x + channels; at < end; at++) store<u8>(at, Table.at(at));
  }
}

/**
 * Binary places of a line's slope: lines up to a slope of 4 fit, and one in thirty has a level that rounds wrongly. As a
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

/** Each of `count` f32 v ← v·multiply + add, each step rounded. */
export function applyLineFloats(x: usize, count: i32, multiply: f32, add: f32): void {
  const factor = f32x4.splat(multiply);
  const term = f32x4.splat(add);
  for (const end = x + ((<usize>count) << 2); x < end; x += 16) {
    v128.store(x, f32x4.add(f32x4.mul(v128.load(x), factor), term));
  }
}

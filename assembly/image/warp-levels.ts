/**
 * Bilinear resampling of 8-bit pictures with 1, 3 or 4 channels, four pixels at a time. Positions are f32, relative to a
 * pixel near by that f64 found, so they are as exact in a large picture as in a small one. Weights are integers of 14
 * fraction bits, products and sums exact: off by less than 0.05 of a level before rounding.
 *
 * Where all four taps of a pixel lie inside, which is known for whole spans of a row, they are loaded without a question;
 * the rest goes through `outerQuad`, which takes any position. Results of fewer than four pixels are written as four: what
 * is behind is written later, or is slack.
 */
import { CONSTANT, EDGE, REFLECT, SYMMETRIC } from './border';
import { source } from './source';

// Constants stand in memory: V8 builds those of the code anew at every use.
const CONSTANTS: usize = memory.data<u32>(
  [
    // 12582912, which added to a whole number puts it into the low bits
    0x4b400000, 0x4b400000, 0x4b400000, 0x4b400000,
    // 16384 as f32 and as i32, its half
    0x46800000, 0x46800000, 0x46800000, 0x46800000, 0x4000, 0x4000, 0x4000, 0x4000, 0x2000, 0x2000, 0x2000, 0x2000,
    // 0, 1, 2, 3 and 4 four times
    0, 0x3f800000, 0x40000000, 0x40400000, 0x40800000, 0x40800000, 0x40800000, 0x40800000,
    // 1 as f32
    0x3f800000, 0x3f800000, 0x3f800000, 0x3f800000,
    // two neighbouring pixels of three channels, of four → pairs of i16; two pixels of four bytes each
    0xff03ff00, 0xff04ff01, 0xff05ff02, 0xffffffff, 0xff04ff00, 0xff05ff01, 0xff06ff02, 0xff07ff03,
    // four pixels of three channels in four bytes each → packed
    0x04020100, 0x09080605, 0x0e0d0c0a, 0xffffffff,
    // one pixel of three channels over and over
    0x00020100, 0x01000201, 0x02010002, 0xffffff00,
  ],
  16,
);

/** Columns that share a near-by pixel. */
const PIECE: i32 = 256;

class At {
  @inline
  static magic(): v128 {
    return v128.load(CONSTANTS);
  }
  @inline
  static one14(): v128 {
    return v128.load(CONSTANTS, 16);
  }
  @inline
  static whole14(): v128 {
    return v128.load(CONSTANTS, 32);
  }
  @inline
  static half14(): v128 {
    return v128.load(CONSTANTS, 48);
  }
  @inline
  static lanes(): v128 {
    return v128.load(CONSTANTS, 64);
  }
  @inline
  static four(): v128 {
    return v128.load(CONSTANTS, 80);
  }
  @inline
  static one(): v128 {
    return v128.load(CONSTANTS, 96);
  }
  @inline
  static pairs(channels: i32): v128 {
    return channels == 3 ? v128.load(CONSTANTS, 112) : v128.load(CONSTANTS, 128);
  }
  @inline
  static packed(): v128 {
    return v128.load(CONSTANTS, 144);
  }
}

class Quad {
  /** A whole number in f32 as i32; below 2^22. */
  @inline
  static whole(x: v128, magic: v128): v128 {
    return i32x4.sub(f32x4.add(x, magic), magic);
  }

  /** One pixel from the pairs of taps in two rows. */
  @inline
  static pixel(upper: v128, lower: v128, upperWeights: v128, lowerWeights: v128, half: v128, pairs: v128): v128 {
    const sum = i32x4.add(
      i32x4.dot_i16x8_s(i8x16.swizzle(upper, pairs), upperWeights),
      i32x4.dot_i16x8_s(i8x16.swizzle(lower, pairs), lowerWeights),
    );
    return i32x4.shr_s(i32x4.add(sum, half), 14);
  }

  @inline
  static pack(r0: v128, r1: v128, r2: v128, r3: v128, packed: v128, channels: i32): v128 {
    const bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(r0, r1), i16x8.narrow_i32x4_s(r2, r3));
    return channels == 3 ? i8x16.swizzle(bytes, packed) : bytes;
  }

  /** Pairs of neighbouring bytes at four places, as i16. */
  @inline
  static gather(x: usize, o0: usize, o1: usize, o2: usize, o3: usize): v128 {
    let pairs = v128.load16_lane(x + o0, i32x4.splat(0), 0);
    pairs = v128.load16_lane(x + o1, pairs, 1);
    pairs = v128.load16_lane(x + o2, pairs, 2);
    return i16x8.extend_low_i8x16_u(v128.load16_lane(x + o3, pairs, 3));
  }

  @inline
  static put(target: usize, pixels: v128, channels: i32): void {
    if (channels == 1) v128.store32_lane(target, pixels, 0);
    else v128.store(target, pixels);
  }

  /** Four pixels whose taps all lie inside, at positions (x, y) from the pixel at `upper`; `lower` is one row below. */
  @inline
  static inner(
    upper: usize,
    lower: usize,
    stride: v128,
    x: v128,
    y: v128,
    magic: v128,
    one14: v128,
    half: v128,
    pairs: v128,
    packed: v128,
    channels: i32,
  ): v128 {
    const left = f32x4.floor(x);
    const top = f32x4.floor(y);
    const column = Quad.whole(left, magic);
    const across =
      channels == 1 ? column : channels == 3 ? i32x4.add(column, i32x4.add(column, column)) : i32x4.shl(column, 2);
    const offsets = i32x4.add(i32x4.mul(Quad.whole(top, magic), stride), across);
    const fx = f32x4.sub(x, left);
    const fy = f32x4.mul(f32x4.sub(y, top), one14);
    const wy = Quad.whole(fy, magic);
    const w11 = Quad.whole(f32x4.mul(fx, fy), magic);
    const wx = Quad.whole(f32x4.mul(fx, one14), magic);
    const w10 = i32x4.sub(wx, w11);
    const w01 = i32x4.sub(wy, w11);
    const w00 = i32x4.sub(i32x4.sub(i32x4.add(half, half), wx), w01);
    // Added, not or-ed: w00 may be −1.
    const upperWeights = i32x4.add(w00, i32x4.shl(w10, 16));
    const lowerWeights = i32x4.add(w01, i32x4.shl(w11, 16));
    const o0 = <usize>i32x4.extract_lane(offsets, 0);
    const o1 = <usize>i32x4.extract_lane(offsets, 1);
    const o2 = <usize>i32x4.extract_lane(offsets, 2);
    const o3 = <usize>i32x4.extract_lane(offsets, 3);
    if (channels == 1) {
      const sum = i32x4.add(
        i32x4.dot_i16x8_s(Quad.gather(upper, o0, o1, o2, o3), upperWeights),
        i32x4.dot_i16x8_s(Quad.gather(lower, o0, o1, o2, o3), lowerWeights),
      );
      const levels = i32x4.shr_s(i32x4.add(sum, half), 14);
      const narrow = i16x8.narrow_i32x4_s(levels, levels);
      return i8x16.narrow_i16x8_u(narrow, narrow);
    }
    const r0 = Quad.pixel(
      v128.load64_zero(upper + o0),
      v128.load64_zero(lower + o0),
      i32x4.shuffle(upperWeights, upperWeights, 0, 0, 0, 0),
      i32x4.shuffle(lowerWeights, lowerWeights, 0, 0, 0, 0),
      half,
      pairs,
    );
    const r1 = Quad.pixel(
      v128.load64_zero(upper + o1),
      v128.load64_zero(lower + o1),
      i32x4.shuffle(upperWeights, upperWeights, 1, 1, 1, 1),
      i32x4.shuffle(lowerWeights, lowerWeights, 1, 1, 1, 1),
      half,
      pairs,
    );
    const r2 = Quad.pixel(
      v128.load64_zero(upper + o2),
      v128.load64_zero(lower + o2),
      i32x4.shuffle(upperWeights, upperWeights, 2, 2, 2, 2),
      i32x4.shuffle(lowerWeights, lowerWeights, 2, 2, 2, 2),
      half,
      pairs,
    );
    const r3 = Quad.pixel(
      v128.load64_zero(upper + o3),
      v128.load64_zero(lower + o3),
      i32x4.shuffle(upperWeights, upperWeights, 3, 3, 3, 3),
      i32x4.shuffle(lowerWeights, lowerWeights, 3, 3, 3, 3),
      half,
      pairs,
    );
    return Quad.pack(r0, r1, r2, r3, packed, channels);
  }

  /** The remainder of x / divisor, at least 0; exact for whole numbers below 2^23. */
  @inline
  static modulo(x: v128, divisor: v128): v128 {
    return f32x4.sub(x, f32x4.mul(divisor, f32x4.floor(f32x4.div(x, divisor))));
  }

  /** Indices that stand for those outside (border.ts); for `constant` the nearest one inside. */
  @inline
  static fold(x: v128, size: i32, border: i32): v128 {
    const last = f32x4.splat(<f32>(size - 1));
    if (border == CONSTANT || border == EDGE) return f32x4.min(f32x4.max(x, f32x4.splat(0)), last);
    if (border == SYMMETRIC) {
      const period = size << 1;
      const folded = Quad.modulo(x, f32x4.splat(<f32>period));
      return f32x4.min(folded, f32x4.sub(f32x4.splat(<f32>(period - 1)), folded));
    }
    if (border == REFLECT) {
      const period = f32x4.splat(<f32>max<i32>(2 * size - 2, 1));
      const folded = Quad.modulo(x, period);
      return f32x4.min(folded, f32x4.sub(period, folded));
    }
    return Quad.modulo(x, f32x4.splat(<f32>size));
  }

  /** A number that is none, or far out, as one that is not. */
  @inline
  static bounded(x: v128): v128 {
    return f32x4.pmin(f32x4.splat(1048576), f32x4.pmax(f32x4.splat(-1048576), x));
  }

  /** Two pixels of four bytes. */
  @inline
  static taps(left: usize, right: usize): v128 {
    return v128.load32_lane(right, v128.load32_zero(left), 1);
  }

  @inline
  static levels(a0: i32, a1: i32, a2: i32, a3: i32): v128 {
    let bytes = v128.load8_lane(a0, i32x4.splat(0), 0);
    bytes = v128.load8_lane(a1, bytes, 1);
    bytes = v128.load8_lane(a2, bytes, 2);
    bytes = v128.load8_lane(a3, bytes, 3);
    return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
  }
}

/** Four pixels at any positions (x, y) from pixel (column, row), which may lie outside too. */
function outerQuad(x: v128, y: v128, column: i32, row: i32, target: usize): void {
  const s = source;
  const channels = s.channels;
  const magic = At.magic();
  const one = At.one();
  x = Quad.bounded(x);
  y = Quad.bounded(y);
  const left = f32x4.floor(x);
  const top = f32x4.floor(y);
  const x0 = f32x4.add(left, f32x4.splat(<f32>column));
  const y0 = f32x4.add(top, f32x4.splat(<f32>row));
  const x1 = f32x4.add(x0, one);
  const y1 = f32x4.add(y0, one);
  const columnA = Quad.fold(x0, s.width, s.border);
  const columnB = Quad.fold(x1, s.width, s.border);
  const rowA = Quad.fold(y0, s.height, s.border);
  const rowB = Quad.fold(y1, s.height, s.border);
  const pixel = i32x4.splat(channels);
  const stride = i32x4.splat(s.width * channels);
  const start = i32x4.splat(<i32>s.ptr);
  const acrossA = i32x4.add(i32x4.mul(Quad.whole(columnA, magic), pixel), start);
  const acrossB = i32x4.add(i32x4.mul(Quad.whole(columnB, magic), pixel), start);
  const downA = i32x4.mul(Quad.whole(rowA, magic), stride);
  const downB = i32x4.mul(Quad.whole(rowB, magic), stride);
  let a00 = i32x4.add(acrossA, downA);
  let a10 = i32x4.add(acrossB, downA);
  let a01 = i32x4.add(acrossA, downB);
  let a11 = i32x4.add(acrossB, downB);
  if (s.border == CONSTANT) {
    const fill = i32x4.splat(<i32>s.fill);
    const isA = f32x4.eq(columnA, x0);
    const isB = f32x4.eq(columnB, x1);
    const isUpper = f32x4.eq(rowA, y0);
    const isLower = f32x4.eq(rowB, y1);
    a00 = v128.bitselect(a00, fill, v128.and(isA, isUpper));
    a10 = v128.bitselect(a10, fill, v128.and(isB, isUpper));
    a01 = v128.bitselect(a01, fill, v128.and(isA, isLower));
    a11 = v128.bitselect(a11, fill, v128.and(isB, isLower));
  }
  const one14 = At.one14();
  const half = At.half14();
  const fx = f32x4.sub(x, left);
  const fy = f32x4.mul(f32x4.sub(y, top), one14);
  const wy = Quad.whole(fy, magic);
  const w11 = Quad.whole(f32x4.mul(fx, fy), magic);
  const wx = Quad.whole(f32x4.mul(fx, one14), magic);
  const w10 = i32x4.sub(wx, w11);
  const w01 = i32x4.sub(wy, w11);
  const w00 = i32x4.sub(i32x4.sub(At.whole14(), wx), w01);
  if (channels == 1) {
    let sum = i32x4.mul(w00, fourLevels(a00));
    sum = i32x4.add(sum, i32x4.mul(w10, fourLevels(a10)));
    sum = i32x4.add(sum, i32x4.mul(w01, fourLevels(a01)));
    sum = i32x4.add(sum, i32x4.mul(w11, fourLevels(a11)));
    const levels = i32x4.shr_s(i32x4.add(sum, half), 14);
    const narrow = i16x8.narrow_i32x4_s(levels, levels);
    v128.store32_lane(target, i8x16.narrow_i16x8_u(narrow, narrow), 0);
    return;
  }
  const upperWeights = i32x4.add(w00, i32x4.shl(w10, 16));
  const lowerWeights = i32x4.add(w01, i32x4.shl(w11, 16));
  const pairs = At.pairs(4);
  const r0 = Quad.pixel(
    Quad.taps(i32x4.extract_lane(a00, 0), i32x4.extract_lane(a10, 0)),
    Quad.taps(i32x4.extract_lane(a01, 0), i32x4.extract_lane(a11, 0)),
    i32x4.shuffle(upperWeights, upperWeights, 0, 0, 0, 0),
    i32x4.shuffle(lowerWeights, lowerWeights, 0, 0, 0, 0),
    half,
    pairs,
  );
  const r1 = Quad.pixel(
    Quad.taps(i32x4.extract_lane(a00, 1), i32x4.extract_lane(a10, 1)),
    Quad.taps(i32x4.extract_lane(a01, 1), i32x4.extract_lane(a11, 1)),
    i32x4.shuffle(upperWeights, upperWeights, 1, 1, 1, 1),
    i32x4.shuffle(lowerWeights, lowerWeights, 1, 1, 1, 1),
    half,
    pairs,
  );
  const r2 = Quad.pixel(
    Quad.taps(i32x4.extract_lane(a00, 2), i32x4.extract_lane(a10, 2)),
    Quad.taps(i32x4.extract_lane(a01, 2), i32x4.extract_lane(a11, 2)),
    i32x4.shuffle(upperWeights, upperWeights, 2, 2, 2, 2),
    i32x4.shuffle(lowerWeights, lowerWeights, 2, 2, 2, 2),
    half,
    pairs,
  );
  const r3 = Quad.pixel(
    Quad.taps(i32x4.extract_lane(a00, 3), i32x4.extract_lane(a10, 3)),
    Quad.taps(i32x4.extract_lane(a01, 3), i32x4.extract_lane(a11, 3)),
    i32x4.shuffle(upperWeights, upperWeights, 3, 3, 3, 3),
    i32x4.shuffle(lowerWeights, lowerWeights, 3, 3, 3, 3),
    half,
    pairs,
  );
  v128.store(target, Quad.pack(r0, r1, r2, r3, At.packed(), channels));
}

function fourLevels(addresses: v128): v128 {
  return Quad.levels(
    i32x4.extract_lane(addresses, 0),
    i32x4.extract_lane(addresses, 1),
    i32x4.extract_lane(addresses, 2),
    i32x4.extract_lane(addresses, 3),
  );
}

/** The columns that are left of those wanted. */
let spanStart: i32 = 0;
let spanEnd: i32 = 0;

/** Leaves the columns j with low ≤ slope·j + offset ≤ high. */
function keepWithin(slope: f64, offset: f64, low: f64, high: f64): void {
  if (abs<f64>(slope) < 1e-9) {
    if (!(offset >= low && offset <= high)) spanEnd = spanStart;
    return;
  }
  const a = (low - offset) / slope;
  const b = (high - offset) / slope;
  const limit: f64 = 1e6;
  const first = <i32>ceil<f64>(max<f64>(min<f64>(min<f64>(a, b), limit), -limit));
  const last = <i32>floor<f64>(min<f64>(max<f64>(max<f64>(a, b), -limit), limit));
  spanStart = max<i32>(spanStart, first);
  spanEnd = max<i32>(min<i32>(spanEnd, last + 1), spanStart);
}

/** `count` pixels ← the fill; up to 15 bytes behind are written. */
function fillSpan(target: usize, count: i32): void {
  const channels = source.channels;
  const end = target + <usize>(count * channels);
  if (channels == 3) {
    const pixels = i8x16.swizzle(v128.load32_zero(source.fill), v128.load(CONSTANTS, 160));
    for (; target < end; target += 12) v128.store(target, pixels);
    return;
  }
  const pixels = channels == 1 ? v128.load8_splat(source.fill) : v128.load32_splat(source.fill);
  for (; target < end; target += 16) v128.store(target, pixels);
}

/** A straight line of positions: column j lies at ((a·j + x) / (g·j + w), (d·j + y) / (g·j + w)) from pixel (column, row). */
@unmanaged
class Line {
  a: f32;
  x: f32;
  d: f32;
  y: f32;
  g: f32;
  w: f32;
  column: i32;
  row: i32;
}

const line = changetype<Line>(memory.data(32, 16));

/** Columns `from` to `to` of a piece through outerQuad; up to three more are written. */
function outerSpan(target: usize, from: i32, to: i32): void {
  const channels = source.channels;
  const l = line;
  for (let j = from; j < to; j += 4) {
    const columns = f32x4.add(f32x4.splat(<f32>j), At.lanes());
    const w = f32x4.add(f32x4.mul(columns, f32x4.splat(l.g)), f32x4.splat(l.w));
    const inverse = f32x4.div(At.one(), w);
    const x = f32x4.mul(f32x4.add(f32x4.mul(columns, f32x4.splat(l.a)), f32x4.splat(l.x)), inverse);
    const y = f32x4.mul(f32x4.add(f32x4.mul(columns, f32x4.splat(l.d)), f32x4.splat(l.y)), inverse);
    outerQuad(x, y, l.column, l.row, target + <usize>(j * channels));
  }
}

class Span {
  /** Columns `from` to `to`, at least four, whose taps lie inside. */
  @inline
  static inner(target: usize, from: i32, to: i32, channels: i32, isAffine: bool): void {
    const l = line;
    const stride = source.width * channels;
    const upper = source.ptr + <usize>(l.row * stride + l.column * channels);
    const lower = upper + <usize>stride;
    const strides = i32x4.splat(stride);
    const magic = At.magic();
    const one14 = At.one14();
    const half = At.half14();
    const pairs = At.pairs(channels);
    const packed = At.packed();
    const four = At.four();
    const one = At.one();
    const a = f32x4.splat(l.a);
    const d = f32x4.splat(l.d);
    const g = f32x4.splat(l.g);
    const x0 = f32x4.splat(l.x);
    const y0 = f32x4.splat(l.y);
    const w0 = f32x4.splat(l.w);
    let columns = f32x4.add(f32x4.splat(<f32>from), At.lanes());
    const last = target + <usize>((to - 4) * channels);
    const lastColumns = f32x4.add(f32x4.splat(<f32>(to - 4)), At.lanes());
    target += <usize>(from * channels);
    for (;;) {
      let x = f32x4.add(f32x4.mul(columns, a), x0);
      let y = f32x4.add(f32x4.mul(columns, d), y0);
      if (!isAffine) {
        const inverse = f32x4.div(one, f32x4.add(f32x4.mul(columns, g), w0));
        x = f32x4.mul(x, inverse);
        y = f32x4.mul(y, inverse);
      }
      Quad.put(target, Quad.inner(upper, lower, strides, x, y, magic, one14, half, pairs, packed, channels), channels);
      if (target == last) break;
      columns = f32x4.add(columns, four);
      target += <usize>(channels << 2);
      if (target > last) {
        columns = lastColumns;
        target = last;
      }
    }
  }
}

function affineSpan1(target: usize, from: i32, to: i32): void {
  Span.inner(target, from, to, 1, true);
}
function affineSpan3(target: usize, from: i32, to: i32): void {
  Span.inner(target, from, to, 3, true);
}
function affineSpan4(target: usize, from: i32, to: i32): void {
  Span.inner(target, from, to, 4, true);
}
function projectiveSpan1(target: usize, from: i32, to: i32): void {
  Span.inner(target, from, to, 1, false);
}
function projectiveSpan3(target: usize, from: i32, to: i32): void {
  Span.inner(target, from, to, 3, false);
}
function projectiveSpan4(target: usize, from: i32, to: i32): void {
  Span.inner(target, from, to, 4, false);
}

function innerSpan(target: usize, from: i32, to: i32, isAffine: bool): void {
  const channels = source.channels;
  if (isAffine) {
    if (channels == 1) affineSpan1(target, from, to);
    else if (channels == 3) affineSpan3(target, from, to);
    else affineSpan4(target, from, to);
  } else if (channels == 1) projectiveSpan1(target, from, to);
  else if (channels == 3) projectiveSpan3(target, from, to);
  else projectiveSpan4(target, from, to);
}

/** How far a position in f32 may be off the one in f64 that spans are found with, many times over. */
const MARGIN: f64 = 1.0 / 64;

/** The pixel at or before a position, as long as that is one. */
function pixelNear(position: f64): i32 {
  const limit: f64 = 1048576;
  return position >= -limit && position <= limit ? <i32>floor<f64>(position) : 0;
}

/** target [targetHeight, targetWidth, C] ← the source at m·(j + ½, i + ½) − ½. */
export function warpLevels(
  target: usize,
  targetWidth: i32,
  targetHeight: i32,
  m0: f64,
  m1: f64,
  m2: f64,
  m3: f64,
  m4: f64,
  m5: f64,
  m6: f64,
  m7: f64,
  m8: f64,
): void {
  const s = source;
  const l = line;
  const isAffine = m6 == 0 && m7 == 0;
  const scale: f64 = isAffine ? 1 / m8 : 1;
  // Numerators of positions, half a pixel less.
  const ax = (m0 - 0.5 * m6) * scale;
  const bx = (m1 - 0.5 * m7) * scale;
  const cx = (m2 - 0.5 * m8) * scale;
  const ay = (m3 - 0.5 * m6) * scale;
  const by = (m4 - 0.5 * m7) * scale;
  const cy = (m5 - 0.5 * m8) * scale;
  const aw = m6 * scale;
  const bw = m7 * scale;
  const cw = m8 * scale;
  for (let i = 0; i < targetHeight; i++) {
    const v = <f64>i + 0.5;
    for (let begin = 0; begin < targetWidth; begin += PIECE) {
      const count = min<i32>(targetWidth - begin, PIECE);
      const u = <f64>begin + 0.5;
      const w = aw * u + bw * v + cw;
      let x = ax * u + bx * v + cx;
      let y = ay * u + by * v + cy;
      const column = pixelNear(x / w);
      const row = pixelNear(y / w);
      x -= <f64>column * w;
      y -= <f64>row * w;
      const a = ax - <f64>column * aw;
      const d = ay - <f64>row * aw;
      l.a = <f32>a;
      l.x = <f32>x;
      l.d = <f32>d;
      l.y = <f32>y;
      l.g = <f32>aw;
      l.w = <f32>w;
      l.column = column;
      l.row = row;
      let first = 0;
      let end = count;
      if (w > 0 && w + aw * <f64>count > 0) {
        if (s.border == CONSTANT) {
          keepInside(x, y, w, a, d, aw, count, -1 - MARGIN);
          first = spanStart;
          end = spanEnd;
          if (first == end) first = end = count;
        }
        keepInside(x, y, w, a, d, aw, count, MARGIN);
      } else spanStart = spanEnd = 0;
      const from = spanStart;
      const to = spanEnd;
      if (first > 0) fillSpan(target, first);
      if (to - from >= 4) {
        outerSpan(target, first, from);
        innerSpan(target, from, to, isAffine);
        outerSpan(target, to, end);
      } else outerSpan(target, first, end);
      if (end < count) fillSpan(target + <usize>(end * s.channels), count - end);
      target += <usize>(count * s.channels);
    }
  }
}

/** Leaves the columns of a piece whose position is at least `margin` inside the outermost centres of pixels; w is positive. */
function keepInside(x: f64, y: f64, w: f64, a: f64, d: f64, g: f64, count: i32, margin: f64): void {
  const s = source;
  const l = line;
  spanStart = 0;
  spanEnd = count;
  const left = margin - <f64>l.column;
  const right = <f64>(s.width - 1 - l.column) - margin;
  const top = margin - <f64>l.row;
  const bottom = <f64>(s.height - 1 - l.row) - margin;
  keepWithin(a - left * g, x - left * w, 0, Infinity);
  keepWithin(right * g - a, right * w - x, 0, Infinity);
  keepWithin(d - top * g, y - top * w, 0, Infinity);
  keepWithin(bottom * g - d, bottom * w - y, 0, Infinity);
}

class FieldRow {
  @inline
  static warp(target: usize, field: usize, plane: usize, row: i32, channels: i32): void {
    const s = source;
    const stride = s.width * channels;
    const upper = s.ptr;
    const lower = upper + <usize>stride;
    const strides = i32x4.splat(stride);
    const magic = At.magic();
    const one14 = At.one14();
    const half = At.half14();
    const pairs = At.pairs(channels);
    const packed = At.packed();
    const four = At.four();
    const right = f32x4.splat(<f32>(s.width - 1));
    const bottom = f32x4.splat(<f32>(s.height - 1));
    const y0 = f32x4.splat(<f32>row);
    let columns = At.lanes();
    for (const end = target + <usize>stride; target < end; target += <usize>(channels << 2), field += 16) {
      const x = f32x4.sub(columns, v128.load(field));
      const y = f32x4.sub(y0, v128.load(field + plane));
      // As unsigned integers, numbers below 0 are large.
      if (i32x4.all_true(v128.and(i32x4.lt_u(x, right), i32x4.lt_u(y, bottom)))) {
        Quad.put(
          target,
          Quad.inner(upper, lower, strides, x, y, magic, one14, half, pairs, packed, channels),
          channels,
        );
      } else outerQuad(x, y, 0, 0, target);
      columns = f32x4.add(columns, four);
    }
  }
}

function fieldRow1(target: usize, field: usize, plane: usize, row: i32): void {
  FieldRow.warp(target, field, plane, row, 1);
}
function fieldRow3(target: usize, field: usize, plane: usize, row: i32): void {
  FieldRow.warp(target, field, plane, row, 3);
}
function fieldRow4(target: usize, field: usize, plane: usize, row: i32): void {
  FieldRow.warp(target, field, plane, row, 4);
}

/** target [H,W,C] ← the source at (j, i) − field; field: two f32 planes [H,W], x then y. */
export function warpLevelsByField(target: usize, field: usize): void {
  const s = source;
  const channels = s.channels;
  const plane = (<usize>(s.width * s.height)) << 2;
  for (let row = 0; row < s.height; row++) {
    if (channels == 1) fieldRow1(target, field, plane, row);
    else if (channels == 3) fieldRow3(target, field, plane, row);
    else fieldRow4(target, field, plane, row);
    target += <usize>(s.width * channels);
    field += (<usize>s.width) << 2;
  }
}

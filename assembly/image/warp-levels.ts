/**
 * Resampling of 8-bit pictures with 1, 3 or 4 channels, nearest or bilinear, four pixels at a time. Positions are f32, relative to a
 * pixel near by that f64 found, so they are as exact in a large picture as in a small one. Weights are integers of 14
 * fraction bits, products and sums exact: off by less than 0.05 of a level before rounding.
 *
 * Where all four taps of a pixel lie inside, which is known for whole spans of a row, they are loaded without a question;
 * the rest goes through `outerQuad`, which takes any position. Results of fewer than four pixels are written as four: what
 * is behind is written later, or is slack.
 */
import { CONSTANT } from './border';
import { outerNearest, outerQuad } from './outer-quad';
import { At, Quad } from './quad';
import { NEAREST } from './sample';
import { source } from './source';

/** Columns that share a near-by pixel. */
const PIECE: i32 = 256;

/** The columns that are left of those wanted. */
let spanStart: i32 = 0;
let spanEnd: i32 = 0;

/** Leaves the columns j with slope·j + offset ≥ 0. */
function keepPositive(slope: f64, offset: f64): void {
  if (abs<f64>(slope) < 1e-9) {
    if (offset < 0) spanEnd = spanStart;
    return;
  }
  const limit: f64 = 1e6;
  const zero = max<f64>(min<f64>(-offset / slope, limit), -limit);
  if (slope > 0) spanStart = max<i32>(spanStart, <i32>ceil<f64>(zero));
  else spanEnd = min<i32>(spanEnd, <i32>floor<f64>(zero) + 1);
  spanEnd = max<i32>(spanEnd, spanStart);
}

/** `count` pixels ← the fill; up to 15 bytes behind are written. */
function fillSpan(target: usize, count: i32): void {
  const channels = source.channels;
  const end = target + <usize>(count * channels);
  if (channels == 3) {
    const pixels = i8x16.swizzle(v128.load32_zero(source.fill), At.over());
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
  const isNearest = source.interpolation == NEAREST;
  for (let j = from; j < to; j += 4) {
    const columns = f32x4.add(f32x4.splat(<f32>j), At.lanes());
    const w = f32x4.add(f32x4.mul(columns, f32x4.splat(l.g)), f32x4.splat(l.w));
    const inverse = f32x4.div(At.one(), w);
    const x = f32x4.mul(f32x4.add(f32x4.mul(columns, f32x4.splat(l.a)), f32x4.splat(l.x)), inverse);
    const y = f32x4.mul(f32x4.add(f32x4.mul(columns, f32x4.splat(l.d)), f32x4.splat(l.y)), inverse);
    const to4 = target + <usize>(j * channels);
    if (isNearest) outerNearest(x, y, l.column, l.row, to4);
    else outerQuad(x, y, l.column, l.row, to4);
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

/** As Span.inner, the nearest pixels. */
function nearestSpan(target: usize, from: i32, to: i32, channels: i32): void {
  const l = line;
  const base = source.ptr + <usize>((l.row * source.width + l.column) * channels);
  const magic = At.magic();
  const half = f32x4.splat(0.5);
  const width = i32x4.splat(source.width);
  const pixel = i32x4.splat(channels);
  for (let j = from; j < to; j += 4) {
    // The last four may overlap those before.
    j = min<i32>(j, to - 4);
    const columns = f32x4.add(f32x4.splat(<f32>j), At.lanes());
    const inverse = f32x4.div(At.one(), f32x4.add(f32x4.mul(columns, f32x4.splat(l.g)), f32x4.splat(l.w)));
    const x = f32x4.mul(f32x4.add(f32x4.mul(columns, f32x4.splat(l.a)), f32x4.splat(l.x)), inverse);
    const y = f32x4.mul(f32x4.add(f32x4.mul(columns, f32x4.splat(l.d)), f32x4.splat(l.y)), inverse);
    const column = Quad.whole(f32x4.floor(f32x4.add(x, half)), magic);
    const row = Quad.whole(f32x4.floor(f32x4.add(y, half)), magic);
    const offsets = i32x4.mul(i32x4.add(i32x4.mul(row, width), column), pixel);
    const a0 = base + <usize>i32x4.extract_lane(offsets, 0);
    const a1 = base + <usize>i32x4.extract_lane(offsets, 1);
    const a2 = base + <usize>i32x4.extract_lane(offsets, 2);
    const a3 = base + <usize>i32x4.extract_lane(offsets, 3);
    Quad.copy(target + <usize>(j * channels), a0, a1, a2, a3, channels);
  }
}

function innerSpan(target: usize, from: i32, to: i32, isAffine: bool): void {
  const channels = source.channels;
  if (source.interpolation == NEAREST) {
    nearestSpan(target, from, to, channels);
  } else if (isAffine) {
    if (channels == 1) affineSpan1(target, from, to);
    else if (channels == 3) affineSpan3(target, from, to);
    else affineSpan4(target, from, to);
  } else if (channels == 1) projectiveSpan1(target, from, to);
  else if (channels == 3) projectiveSpan3(target, from, to);
  else projectiveSpan4(target, from, to);
}

/** How far a position in f32 may be off the one in f64 that spans are found with. */
const MARGIN: f64 = 1.0 / 64;

/**
 * What that margin is enough for: a pixel near by that is at most so far out, and denominators that change at most by so
 * much along a piece: 2^−24 · 2 · (65536 + 16384) is 0.010, 2^−24 · 2 · 2 · 16384 is 0.004.
 */
const MAX_DISTANCE: f64 = 65536;
const MAX_CHANGE: f64 = 2;

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
  const channels = source.channels;
  const isAffine = m6 == 0 && m7 == 0;
  // Numerators of positions, half a pixel less.
  const ax = m0 - 0.5 * m6;
  const bx = m1 - 0.5 * m7;
  const cx = m2 - 0.5 * m8;
  const ay = m3 - 0.5 * m6;
  const by = m4 - 0.5 * m7;
  const cy = m5 - 0.5 * m8;
  for (let i = 0; i < targetHeight; i++) {
    const v = <f64>i + 0.5;
    for (let begin = 0; begin < targetWidth; begin += PIECE) {
      const count = min<i32>(targetWidth - begin, PIECE);
      const u = <f64>begin + 0.5;
      const scale: f64 = 1 / (m6 * u + m7 * v + m8);
      const x = (ax * u + bx * v + cx) * scale;
      const y = (ay * u + by * v + cy) * scale;
      warpPiece(target, count, x, y, ax * scale, ay * scale, m6 * scale, isAffine);
      target += <usize>(count * channels);
    }
  }
}

/** `count` pixels, the j-th at ((x + a·j) / (1 + g·j), (y + d·j) / (1 + g·j)). */
function warpPiece(target: usize, count: i32, x: f64, y: f64, a: f64, d: f64, g: f64, isAffine: bool): void {
  const s = source;
  const l = line;
  const column = pixelNear(x);
  const row = pixelNear(y);
  x -= <f64>column;
  y -= <f64>row;
  a -= <f64>column * g;
  d -= <f64>row * g;
  l.a = <f32>a;
  l.x = <f32>x;
  l.d = <f32>d;
  l.y = <f32>y;
  l.g = <f32>g;
  l.w = 1;
  l.column = column;
  l.row = row;
  const change = 1 + g * <f64>count;
  const isNear = max<f64>(abs<f64>(<f64>column), abs<f64>(<f64>row)) <= MAX_DISTANCE;
  const isFinite = abs<f64>(x) < Infinity && abs<f64>(y) < Infinity && abs<f64>(a) < Infinity && abs<f64>(d) < Infinity;
  if (!isNear || !isFinite || !(change >= 1 / MAX_CHANGE && change <= MAX_CHANGE)) {
    outerSpan(target, 0, count);
    return;
  }
  let first = 0;
  let end = count;
  if (s.border == CONSTANT) {
    keepInside(x, y, a, d, g, count, -1 - MARGIN);
    first = spanStart;
    end = spanEnd;
    if (first == end) first = end = count;
  }
  keepInside(x, y, a, d, g, count, MARGIN);
  const from = spanStart;
  const to = spanEnd;
  if (first > 0) fillSpan(target, first);
  if (to - from >= 4) {
    outerSpan(target, first, from);
    innerSpan(target, from, to, isAffine);
    outerSpan(target, to, end);
  } else outerSpan(target, first, end);
  if (end < count) fillSpan(target + <usize>(end * s.channels), count - end);
}

/** Leaves the columns of a piece whose position is at least `margin` inside the outermost centres of pixels. */
function keepInside(x: f64, y: f64, a: f64, d: f64, g: f64, count: i32, margin: f64): void {
  const s = source;
  const l = line;
  spanStart = 0;
  spanEnd = count;
  const left = margin - <f64>l.column;
  const right = <f64>(s.width - 1 - l.column) - margin;
  const top = margin - <f64>l.row;
  const bottom = <f64>(s.height - 1 - l.row) - margin;
  keepPositive(a - left * g, x - left);
  keepPositive(right * g - a, right - x);
  keepPositive(d - top * g, y - top);
  keepPositive(bottom * g - d, bottom - y);
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
    const isNearest = s.interpolation == NEAREST;
    let columns = At.lanes();
    for (const end = target + <usize>stride; target < end; target += <usize>(channels << 2), field += 16) {
      const x = f32x4.sub(columns, v128.load(field));
      const y = f32x4.sub(y0, v128.load(field + plane));
      // As unsigned integers, numbers below 0 are large.
      if (!isNearest && i32x4.all_true(v128.and(i32x4.lt_u(x, right), i32x4.lt_u(y, bottom)))) {
        Quad.put(
          target,
          Quad.inner(upper, lower, strides, x, y, magic, one14, half, pairs, packed, channels),
          channels,
        );
      } else if (isNearest) outerNearest(x, y, 0, 0, target);
      else outerQuad(x, y, 0, 0, target);
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

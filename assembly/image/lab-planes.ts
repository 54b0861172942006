/**
 * Small copies of pictures as three f32 planes, in which colours are compared. Rows have a stride of a multiple of four; what
 * stands behind `width` in a row is worked on like the rest and never read.
 */

/** Lanes of constants, loaded before loops: engines build a constant vector anew at each use. */
const CONSTANTS: usize = memory.data<f32>(
  [
    // CIE 1931 XYZ of linear sRGB, divided by the white D65: rows X, Y, Z.
    0.4339499, 0.4339499, 0.4339499, 0.4339499, 0.3762098, 0.3762098, 0.3762098, 0.3762098, 0.1898299, 0.1898299,
    0.1898299, 0.1898299, 0.212671, 0.212671, 0.212671, 0.212671, 0.71516, 0.71516, 0.71516, 0.71516, 0.072169,
    0.072169, 0.072169, 0.072169, 0.0177566, 0.0177566, 0.0177566, 0.0177566, 0.1094679, 0.1094679, 0.1094679,
    0.1094679, 0.8727055, 0.8727055, 0.8727055, 0.8727055,
  ],
  16,
);

/** Bytes of a plane. */
export function planeBytes(stride: i32, height: i32): usize {
  return (<usize>(stride * height)) << 2;
}

/** ∛x of four f32 in 0…1.1, off by less than 1e-5: a guess from the exponent, then two steps of Newton. */
function cubeRoot(x: v128): v128 {
  const third = f32x4.splat(0.333333333);
  const bits = f32x4.convert_i32x4_s(x);
  let y = i32x4.add(i32x4.trunc_sat_f32x4_s(f32x4.mul(bits, third)), i32x4.splat(709921077));
  y = f32x4.mul(f32x4.add(f32x4.add(y, y), f32x4.div(x, f32x4.mul(y, y))), third);
  return f32x4.mul(f32x4.add(f32x4.add(y, y), f32x4.div(x, f32x4.mul(y, y))), third);
}

/** CIE's f: ∛t, near black a line. */
function labCurve(t: v128): v128 {
  const line = f32x4.add(f32x4.mul(t, f32x4.splat(7.787)), f32x4.splat(16.0 / 116.0));
  const root = cubeRoot(f32x4.max(t, f32x4.splat(1e-6)));
  return v128.bitselect(root, line, f32x4.gt(t, f32x4.splat(0.008856)));
}

/** Four sums of three products, the weights at `weights`. */
function mixed(r: v128, g: v128, b: v128, weights: usize): v128 {
  const sum = f32x4.add(f32x4.mul(r, v128.load(weights)), f32x4.mul(g, v128.load(weights, 16)));
  return f32x4.add(sum, f32x4.mul(b, v128.load(weights, 32)));
}

/** Planes of linear red, green, blue → L, a, b, in place. */
function toLab(planes: usize, stride: i32, height: i32): void {
  const plane = planeBytes(stride, height);
  for (const end = planes + plane; planes < end; planes += 16) {
    const r = v128.load(planes);
    const g = v128.load(planes + plane);
    const b = v128.load(planes + 2 * plane);
    const x = labCurve(mixed(r, g, b, CONSTANTS));
    const y = labCurve(mixed(r, g, b, CONSTANTS + 48));
    const z = labCurve(mixed(r, g, b, CONSTANTS + 96));
    v128.store(planes, f32x4.sub(f32x4.mul(y, f32x4.splat(116)), f32x4.splat(16)));
    v128.store(planes + plane, f32x4.mul(f32x4.sub(x, y), f32x4.splat(500)));
    v128.store(planes + 2 * plane, f32x4.mul(f32x4.sub(y, z), f32x4.splat(200)));
  }
}

class Levels {
  /** Four values that are 0 … 255: what lies outside is clipped, what is no number has no colour. */
  @inline
  static clipped(values: v128): v128 {
    const bounded = f32x4.pmin(f32x4.pmax(values, f32x4.splat(0)), f32x4.splat(255));
    return v128.and(bounded, f32x4.eq(bounded, bounded));
  }

  /** upper + (lower − upper)·share of four values, u8 or f32. */
  @inline
  static between(upper: v128, lower: v128, share: v128): v128 {
    return f32x4.add(upper, f32x4.mul(f32x4.sub(lower, upper), share));
  }

  @inline
  static ofBytes(bytes: v128): v128 {
    return f32x4.convert_i32x4_s(bytes);
  }
}

/** target ← `count` values between two rows, 0 for `upper` … 1; whole blocks of 8 are read and written. */
function mixRows(upper: usize, lower: usize, isFloat: i32, share: v128, target: usize, count: i32): void {
  const end = target + ((<usize>count) << 2);
  if (isFloat) {
    for (; target < end; target += 16, upper += 16, lower += 16) {
      const a = Levels.clipped(v128.load(upper));
      v128.store(target, Levels.between(a, Levels.clipped(v128.load(lower)), share));
    }
    return;
  }
  for (; target < end; target += 32, upper += 8, lower += 8) {
    const a = v128.load8x8_u(upper);
    const b = v128.load8x8_u(lower);
    const low = Levels.ofBytes(i32x4.extend_low_i16x8_u(a));
    v128.store(target, Levels.between(low, Levels.ofBytes(i32x4.extend_low_i16x8_u(b)), share));
    const high = Levels.ofBytes(i32x4.extend_high_i16x8_u(a));
    v128.store(target, Levels.between(high, Levels.ofBytes(i32x4.extend_high_i16x8_u(b)), share), 16);
  }
}

/** Three values through a curve of 257 points at the levels 0 … 256, to three planes. */
function storeOnCurve(values: v128, curve: usize, target: usize, plane: usize): void {
  const whole = i32x4.trunc_sat_f32x4_s(values);
  const rest = f32x4.sub(values, f32x4.convert_i32x4_s(whole));
  const r = curve + ((<usize>i32x4.extract_lane(whole, 0)) << 2);
  const g = curve + ((<usize>i32x4.extract_lane(whole, 1)) << 2);
  const b = curve + ((<usize>i32x4.extract_lane(whole, 2)) << 2);
  const low = v128.load32_lane(b, v128.load32_lane(g, v128.load32_zero(r), 1), 2);
  const high = v128.load32_lane(b, v128.load32_lane(g, v128.load32_zero(r, 4), 1, 4), 2, 4);
  const result = f32x4.add(low, f32x4.mul(f32x4.sub(high, low), rest));
  v128.store32_lane(target, result, 0);
  v128.store32_lane(target + plane, result, 1);
  v128.store32_lane(target + 2 * plane, result, 2);
}

/** Where a pixel of the small copy lies in the picture, along one axis. */
function sourcePlace(index: i32, small: i32, full: i32): f32 {
  const place = ((<f32>index + 0.5) * <f32>full) / <f32>small - 0.5;
  return min<f32>(max<f32>(place, 0), <f32>(full - 1));
}

/**
 * A small copy, bilinear, of the first three channels (one: three times the same, two: the third 0), each through `curve`.
 *   x [H,W,C] u8 or f32 · curve: 257 f32 · planes: 3 f32 [height, stride] · lab: 1 where the curve gives linear sRGB that
 *   is to become CIE Lab · row: room for W·C + 8 f32 · columns: room for 3·stride words
 */
export function reduceToPlanes(
  x: usize,
  fullWidth: i32,
  fullHeight: i32,
  channels: i32,
  isFloat: i32,
  curve: usize,
  planes: usize,
  width: i32,
  height: i32,
  stride: i32,
  lab: i32,
  row: usize,
  columns: usize,
): void {
  const plane = planeBytes(stride, height);
  const columnsEnd = columns + <usize>stride * 12;
  placeColumns(columns, fullWidth, channels, width, stride);
  const rowBytes = <usize>(fullWidth * (isFloat ? channels << 2 : channels));
  const isGrey = channels == 1;
  const known = i32x4.splat(-1);
  const used = channels == 2 ? i32x4.replace_lane(known, 2, 0) : known;
  let target = planes;
  for (let y = 0; y < height; y++) {
    const v = sourcePlace(y, height, fullHeight);
    const top = <i32>v;
    const upper = x + <usize>top * rowBytes;
    const lower = x + <usize>min(top + 1, fullHeight - 1) * rowBytes;
    mixRows(upper, lower, isFloat, f32x4.splat(v - <f32>top), row, fullWidth * channels);
    for (let at = columns; at < columnsEnd; at += 12, target += 4) {
      const near = v128.load(row + load<u32>(at));
      const far = v128.load(row + load<u32>(at, 4));
      let values = v128.and(Levels.between(near, far, v128.load32_splat(at, 8)), used);
      if (isGrey) values = i32x4.shuffle(values, values, 0, 0, 0, 0);
      storeOnCurve(values, curve, target, plane);
    }
  }
  if (lab) toLab(planes, stride, height);
}

/** Of each column of a small copy: byte offsets of the two neighbours in a row of f32, and the share of the second. */
function placeColumns(columns: usize, fullWidth: i32, channels: i32, width: i32, stride: i32): void {
  for (let x = 0; x < stride; x++, columns += 12) {
    const u = sourcePlace(min(x, width - 1), width, fullWidth);
    const left = <i32>u;
    store<i32>(columns, (left * channels) << 2);
    store<i32>(columns, (min(left + 1, fullWidth - 1) * channels) << 2, 4);
    store<f32>(columns, u - <f32>left, 8);
  }
}

/**
 * What baseline JPEG loses, without its bits: colours apart, colour at half the size, cosines of 8×8 values, rounded to
 * steps, and back. Step by step libjpeg's integer arithmetic (jccolor.c, jcsample.c, jfdctint.c, jcdctmgr.c, jidctint.c,
 * jdsample.c, jdcolor.c; after Loeffler, Ligtenberg and Moschytz 1989), so the result is that of a file written and read.
 */

/** One plane: u8, sides padded to whole blocks. */
@unmanaged
class Plane {
  ptr: usize;
  /** Bytes from row to row. */
  stride: i32;
  rows: i32;
}

const first = changetype<Plane>(memory.data(12, 16));
const second = changetype<Plane>(memory.data(12, 16));
const third = changetype<Plane>(memory.data(12, 16));
/** A block of i32. */
const block = memory.data(64 * 4, 16);
const turned = memory.data(64 * 4, 16);

function padded(side: i32, to: i32): i32 {
  return (side + to - 1) & -to;
}

/** Bytes of scratch that `jpegLoss` needs. */
export function jpegLossScratch(width: i32, height: i32): i32 {
  return (padded(width, 16) * padded(height, 16) * 3) / 2 + padded(width, 16) * 6 + 64;
}

function place(plane: Plane, ptr: usize, stride: i32, rows: i32): usize {
  plane.ptr = ptr;
  plane.stride = stride;
  plane.rows = rows;
  return ptr + stride * rows;
}

function level(x: usize, index: i32, isFloat: i32): i32 {
  if (!isFloat) return load<u8>(x + index);
  const value = floor<f32>(load<f32>(x + ((<usize>index) << 2)) + 0.5);
  // Written so that what is no number becomes 0.
  return value > 0 ? <i32>min<f32>(value, 255) : 0;
}

function putLevel(target: usize, index: i32, isFloat: i32, value: i32): void {
  const clipped = max(min(value, 255), 0);
  if (isFloat) store<f32>(target + ((<usize>index) << 2), <f32>clipped);
  else store<u8>(target + index, <u8>clipped);
}

/**
 * target [H,W,C] ← x with the loss. Three and four channels: the first three as Y, Cb, Cr with colour at half the size
 * (4:2:0), a fourth as a gray picture; else every channel as a gray picture. f32 is rounded to levels first.
 *   steps: f32 [2,8,8], luminance and colour, whole numbers 1–255 · scratch: as jpegLossScratch says
 */
export function jpegLoss(
  x: usize,
  width: i32,
  height: i32,
  channels: i32,
  isFloat: i32,
  target: usize,
  steps: usize,
  scratch: usize,
): void {
  const isColour = channels == 3 || channels == 4;
  if (isColour) colourLoss(x, width, height, channels, isFloat, target, steps, scratch);
  for (let c = isColour ? 3 : 0; c < channels; c++) {
    place(first, scratch, padded(width, 8), padded(height, 8));
    for (let i = 0; i < height; i++) {
      const row = scratch + i * first.stride;
      for (let j = 0; j < width; j++) store<u8>(row + j, <u8>level(x, (i * width + j) * channels + c, isFloat));
    }
    extend(first, width, height);
    lose(first, steps);
    for (let i = 0; i < height; i++) {
      const row = scratch + i * first.stride;
      for (let j = 0; j < width; j++) putLevel(target, (i * width + j) * channels + c, isFloat, load<u8>(row + j));
    }
  }
}

/** The last column and row again, to the plane's whole sides. */
function extend(plane: Plane, width: i32, height: i32): void {
  const stride = plane.stride;
  for (let i = 0; i < height; i++) {
    const row = plane.ptr + i * stride;
    memory.fill(row + width, load<u8>(row + width - 1), stride - width);
  }
  const last = plane.ptr + (height - 1) * stride;
  for (let i = height; i < plane.rows; i++) memory.copy(plane.ptr + i * stride, last, stride);
}

function colourLoss(
  x: usize,
  width: i32,
  height: i32,
  channels: i32,
  isFloat: i32,
  target: usize,
  steps: usize,
  scratch: usize,
): void {
  const wide = padded(width, 16);
  const high = padded(height, 16);
  const cb = place(first, scratch, wide, high);
  const cr = place(second, cb, wide >> 1, high >> 1);
  const lines = place(third, cr, wide >> 1, high >> 1);
  const halfWidth = (width + 1) >> 1;
  const halfHeight = (height + 1) >> 1;
  for (let i = 0; i < height; i += 2) {
    separate(x, i, width, channels, isFloat, lines);
    separate(x, min(i + 1, height - 1), width, channels, isFloat, lines + 2 * wide, i + 1 < height);
    halve(lines, lines + 2 * wide, cb + (i >> 1) * (wide >> 1), wide >> 1);
    halve(lines + wide, lines + 3 * wide, cr + (i >> 1) * (wide >> 1), wide >> 1);
  }
  extend(first, width, height);
  // Columns were carried on before they were halved.
  extend(second, wide >> 1, halfHeight);
  extend(third, wide >> 1, halfHeight);
  lose(first, steps);
  lose(second, steps + 256);
  lose(third, steps + 256);
  for (let i = 0; i < height; i++) {
    double(second, i, halfWidth, halfHeight, lines);
    double(third, i, halfWidth, halfHeight, lines + wide);
    join(target, i, width, channels, isFloat, lines, lines + wide);
  }
}

/** Row i as Y into its plane and Cb, Cr into two lines, the last column carried on. */
function separate(
  x: usize,
  i: i32,
  width: i32,
  channels: i32,
  isFloat: i32,
  lines: usize,
  isLuminance: bool = true,
): void {
  const wide = first.stride;
  const row = first.ptr + i * wide;
  for (let j = 0, at = i * width * channels; j < width; j++, at += channels) {
    const red = level(x, at, isFloat);
    const green = level(x, at + 1, isFloat);
    const blue = level(x, at + 2, isFloat);
    if (isLuminance) store<u8>(row + j, <u8>((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16));
    // 128 in the middle, and a rounding that is short of ½ so that 256 does not come up.
    store<u8>(lines + j, <u8>((-11059 * red - 21709 * green + 32768 * blue + (128 << 16) + 32767) >> 16));
    store<u8>(lines + wide + j, <u8>((32768 * red - 27439 * green - 5329 * blue + (128 << 16) + 32767) >> 16));
  }
  memory.fill(lines + width, load<u8>(lines + width - 1), wide - width);
  memory.fill(lines + wide + width, load<u8>(lines + wide + width - 1), wide - width);
}

/** Means of 2×2, rounded down and up in turns. */
function halve(above: usize, below: usize, target: usize, count: i32): void {
  for (let j = 0; j < count; j++, above += 2, below += 2) {
    const sum = <i32>load<u8>(above) + load<u8>(above, 1) + load<u8>(below) + load<u8>(below, 1);
    store<u8>(target + j, <u8>((sum + 1 + (j & 1)) >> 2));
  }
}

/** Row i of twice the size, by triangles: each value is nine, three, three and one parts of the four next to it. */
function double(plane: Plane, i: i32, width: i32, height: i32, target: usize): void {
  const near = plane.ptr + (i >> 1) * plane.stride;
  // libjpeg repeats colours where there are only two columns of them.
  if (width <= 2) {
    for (let j = 0; j < 2 * width; j++) store<u8>(target + j, load<u8>(near + (j >> 1)));
    return;
  }
  const next = i & 1 ? min((i >> 1) + 1, height - 1) : max((i >> 1) - 1, 0);
  const far = plane.ptr + next * plane.stride;
  let last = 0;
  let here = 3 * <i32>load<u8>(near) + load<u8>(far);
  for (let j = 0; j < width; j++, target += 2) {
    const following = j + 1 < width ? 3 * <i32>load<u8>(near + j + 1) + load<u8>(far + j + 1) : here;
    if (j == 0) last = here;
    store<u8>(target, <u8>((3 * here + last + 8) >> 4));
    store<u8>(target, <u8>((3 * here + following + 7) >> 4), 1);
    last = here;
    here = following;
  }
}

/** Row i of the target from its Y and the lines of Cb and Cr. */
function join(target: usize, i: i32, width: i32, channels: i32, isFloat: i32, cb: usize, cr: usize): void {
  const row = first.ptr + i * first.stride;
  for (let j = 0, at = i * width * channels; j < width; j++, at += channels) {
    const y: i32 = load<u8>(row + j);
    const b = <i32>load<u8>(cb + j) - 128;
    const r = <i32>load<u8>(cr + j) - 128;
    putLevel(target, at, isFloat, y + ((91881 * r + 32768) >> 16));
    putLevel(target, at + 1, isFloat, y + ((-22554 * b - 46802 * r + 32768) >> 16));
    putLevel(target, at + 2, isFloat, y + ((116130 * b + 32768) >> 16));
  }
}

/** Every block of a plane to cosines, to whole steps, and back. */
function lose(plane: Plane, steps: usize): void {
  for (let i = 0; i < plane.rows; i += 8) {
    for (let j = 0; j < plane.stride; j += 8) loseBlock(plane.ptr + i * plane.stride + j, plane.stride, steps);
  }
}

function loseBlock(x: usize, stride: i32, steps: usize): void {
  const middle = i16x8.splat(128);
  for (let i = 0; i < 8; i++) {
    const row = i16x8.sub(v128.load8x8_u(x + i * stride), middle);
    v128.store(turned + (i << 5), i32x4.extend_low_i16x8_s(row));
    v128.store(turned + (i << 5), i32x4.extend_high_i16x8_s(row), 16);
  }
  transpose(turned, block);
  forward(block, false);
  forward(block + 16, false);
  transpose(block, turned);
  forward(turned, true);
  forward(turned + 16, true);
  for (let k = 0; k < 256; k += 16) v128.store(turned + k, Steps.round(v128.load(turned + k), v128.load(steps + k)));
  inverse(turned, false);
  inverse(turned + 16, false);
  transpose(turned, block);
  inverse(block, true);
  inverse(block + 16, true);
  transpose(block, turned);
  for (let i = 0; i < 8; i++) {
    const row = i16x8.narrow_i32x4_s(v128.load(turned + (i << 5)), v128.load(turned + (i << 5), 16));
    const shifted = i16x8.add_sat_s(row, middle);
    v128.store64_lane(x + i * stride, i8x16.narrow_i16x8_u(shifted, shifted), 0);
  }
}

class Steps {
  /** Cosines, eight times too large, to the next whole step and back; halves away from 0. */
  @inline
  static round(cosines: v128, step: v128): v128 {
    const magnitude = f32x4.convert_i32x4_s(i32x4.abs(cosines));
    const eightfold = f32x4.mul(step, f32x4.splat(8));
    // Below 2^17 the quotient is at least 2^-17 of its size away from a whole number it has not reached: floor is exact.
    const count = f32x4.floor(f32x4.div(f32x4.add(magnitude, f32x4.mul(step, f32x4.splat(4))), eightfold));
    const size = i32x4.trunc_sat_f32x4_s(f32x4.mul(count, step));
    const sign = i32x4.shr_s(cosines, 31);
    return i32x4.sub(v128.xor(size, sign), sign);
  }
}

function transpose(from: usize, to: usize): void {
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      const x = from + (i << 7) + (j << 4);
      const y = to + (j << 7) + (i << 4);
      const a = v128.load(x);
      const b = v128.load(x, 32);
      const c = v128.load(x, 64);
      const d = v128.load(x, 96);
      const p = i32x4.shuffle(a, b, 0, 4, 1, 5);
      const q = i32x4.shuffle(a, b, 2, 6, 3, 7);
      const r = i32x4.shuffle(c, d, 0, 4, 1, 5);
      const s = i32x4.shuffle(c, d, 2, 6, 3, 7);
      v128.store(y, i64x2.shuffle(p, r, 0, 2));
      v128.store(y, i64x2.shuffle(p, r, 1, 3), 32);
      v128.store(y, i64x2.shuffle(q, s, 0, 2), 64);
      v128.store(y, i64x2.shuffle(q, s, 1, 3), 96);
    }
  }
}

class Fixed {
  @inline
  static times(a: v128, factor: i32): v128 {
    return i32x4.mul(a, i32x4.splat(factor));
  }

  /** a / 2^bits, halves up. */
  @inline
  static scaled(a: v128, bits: i32): v128 {
    return i32x4.shr_s(i32x4.add(a, i32x4.splat(1 << (bits - 1))), bits);
  }
}

// √2·cos and their sums, in units of 2^-13.
const F_0_298 = 2446;
const F_0_390 = 3196;
const F_0_541 = 4433;
const F_0_765 = 6270;
const F_0_899 = 7373;
const F_1_175 = 9633;
const F_1_501 = 12299;
const F_1_847 = 15137;
const F_1_961 = 16069;
const F_2_053 = 16819;
const F_2_562 = 20995;
const F_3_072 = 25172;

/** Cosines of four columns of eight, in place, 32 bytes from row to row; the first pass leaves two bits more. */
function forward(x: usize, isSecond: bool): void {
  const s0 = v128.load(x);
  const s1 = v128.load(x, 32);
  const s2 = v128.load(x, 64);
  const s3 = v128.load(x, 96);
  const s4 = v128.load(x, 128);
  const s5 = v128.load(x, 160);
  const s6 = v128.load(x, 192);
  const s7 = v128.load(x, 224);
  const bits = isSecond ? 15 : 11;

  const sum0 = i32x4.add(s0, s7);
  const sum1 = i32x4.add(s1, s6);
  const sum2 = i32x4.add(s2, s5);
  const sum3 = i32x4.add(s3, s4);
  const even0 = i32x4.add(sum0, sum3);
  const even1 = i32x4.add(sum1, sum2);
  const even2 = i32x4.sub(sum1, sum2);
  const even3 = i32x4.sub(sum0, sum3);
  const sum = i32x4.add(even0, even1);
  const difference = i32x4.sub(even0, even1);
  v128.store(x, isSecond ? Fixed.scaled(sum, 2) : i32x4.shl(sum, 2));
  v128.store(x, isSecond ? Fixed.scaled(difference, 2) : i32x4.shl(difference, 2), 128);
  const turn = Fixed.times(i32x4.add(even2, even3), F_0_541);
  v128.store(x, Fixed.scaled(i32x4.add(turn, Fixed.times(even3, F_0_765)), bits), 64);
  v128.store(x, Fixed.scaled(i32x4.add(turn, Fixed.times(even2, -F_1_847)), bits), 192);

  const d4 = i32x4.sub(s3, s4);
  const d5 = i32x4.sub(s2, s5);
  const d6 = i32x4.sub(s1, s6);
  const d7 = i32x4.sub(s0, s7);
  const z1 = Fixed.times(i32x4.add(d4, d7), -F_0_899);
  const z2 = Fixed.times(i32x4.add(d5, d6), -F_2_562);
  const z46 = i32x4.add(d4, d6);
  const z57 = i32x4.add(d5, d7);
  const z5 = Fixed.times(i32x4.add(z46, z57), F_1_175);
  const z3 = i32x4.add(Fixed.times(z46, -F_1_961), z5);
  const z4 = i32x4.add(Fixed.times(z57, -F_0_390), z5);
  v128.store(x, Fixed.scaled(i32x4.add(i32x4.add(Fixed.times(d4, F_0_298), z1), z3), bits), 224);
  v128.store(x, Fixed.scaled(i32x4.add(i32x4.add(Fixed.times(d5, F_2_053), z2), z4), bits), 160);
  v128.store(x, Fixed.scaled(i32x4.add(i32x4.add(Fixed.times(d6, F_3_072), z2), z3), bits), 96);
  v128.store(x, Fixed.scaled(i32x4.add(i32x4.add(Fixed.times(d7, F_1_501), z1), z4), bits), 32);
}

/** Values of four columns of cosines, in place, 32 bytes from row to row. */
function inverse(x: usize, isSecond: bool): void {
  const bits = isSecond ? 18 : 11;
  let z2 = v128.load(x, 64);
  let z3 = v128.load(x, 192);
  let z1 = Fixed.times(i32x4.add(z2, z3), F_0_541);
  const even2 = i32x4.add(z1, Fixed.times(z3, -F_1_847));
  const even3 = i32x4.add(z1, Fixed.times(z2, F_0_765));
  z2 = v128.load(x);
  z3 = v128.load(x, 128);
  const even0 = i32x4.shl(i32x4.add(z2, z3), 13);
  const even1 = i32x4.shl(i32x4.sub(z2, z3), 13);
  const a0 = i32x4.add(even0, even3);
  const a3 = i32x4.sub(even0, even3);
  const a1 = i32x4.add(even1, even2);
  const a2 = i32x4.sub(even1, even2);

  const t0 = v128.load(x, 224);
  const t1 = v128.load(x, 160);
  const t2 = v128.load(x, 96);
  const t3 = v128.load(x, 32);
  z1 = Fixed.times(i32x4.add(t0, t3), -F_0_899);
  z2 = Fixed.times(i32x4.add(t1, t2), -F_2_562);
  const z02 = i32x4.add(t0, t2);
  const z13 = i32x4.add(t1, t3);
  const z5 = Fixed.times(i32x4.add(z02, z13), F_1_175);
  z3 = i32x4.add(Fixed.times(z02, -F_1_961), z5);
  const z4 = i32x4.add(Fixed.times(z13, -F_0_390), z5);
  const b0 = i32x4.add(i32x4.add(Fixed.times(t0, F_0_298), z1), z3);
  const b1 = i32x4.add(i32x4.add(Fixed.times(t1, F_2_053), z2), z4);
  const b2 = i32x4.add(i32x4.add(Fixed.times(t2, F_3_072), z2), z3);
  const b3 = i32x4.add(i32x4.add(Fixed.times(t3, F_1_501), z1), z4);

  v128.store(x, Fixed.scaled(i32x4.add(a0, b3), bits));
  v128.store(x, Fixed.scaled(i32x4.sub(a0, b3), bits), 224);
  v128.store(x, Fixed.scaled(i32x4.add(a1, b2), bits), 32);
  v128.store(x, Fixed.scaled(i32x4.sub(a1, b2), bits), 192);
  v128.store(x, Fixed.scaled(i32x4.add(a2, b1), bits), 64);
  v128.store(x, Fixed.scaled(i32x4.sub(a2, b1), bits), 160);
  v128.store(x, Fixed.scaled(i32x4.add(a3, b0), bits), 96);
  v128.store(x, Fixed.scaled(i32x4.sub(a3, b0), bits), 128);
}

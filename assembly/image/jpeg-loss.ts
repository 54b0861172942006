/**
 * What baseline JPEG loses, without its bits: colours apart, colour at half the size, cosines of 8×8 values, rounded to
 * steps, and back. Step by step libjpeg's integer arithmetic (jccolor.c, jcsample.c, jdsample.c, jdcolor.c; jpeg-block.ts
 * has the cosines), so the result is that of a file written and read.
 */
import { loseBlock } from './jpeg-block';

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

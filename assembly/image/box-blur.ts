/**
 * The mean of a window. Sums down the columns run along from row to row, so the cost hardly hangs on the size; those of
 * u8 are whole numbers, those of f32 are kept in f64, so nothing adds up over a picture.
 */
import { loadRow, magicPlace, padRow, planPads, rowBytes, rowPointer } from './filter-rows';
import { setSource } from './source';

/** Windows up to this size have sums within i16. */
const SHORT_SIZE = 11;

/** Bytes of scratch that `boxBlur` needs. */
export function boxBlurScratch(width: i32, channels: i32, size: i32): i32 {
  const line = rowBytes((width + size) * channels, 8);
  return line * 2 + rowBytes(width * channels, 4) * 2 + size * 4 + 64;
}

/**
 * target [H,W,C] ← the mean of size × size values around each, the anchor behind the middle for an even size; u8 is
 * rounded half to even (where a half is one in f32 too).
 *   size: 2–51 · scratch: as boxBlurScratch says · fill: a pixel of the picture's type
 */
export function boxBlur(
  x: usize,
  width: i32,
  height: i32,
  channels: i32,
  isFloat: i32,
  target: usize,
  size: i32,
  border: i32,
  fill: usize,
  scratch: usize,
): void {
  setSource(x, width, height, channels, isFloat, border, fill);
  if (isFloat) boxRows<f64>(width, height, channels, target, size, scratch);
  else boxRows<i16>(width, height, channels, target, size, scratch);
}

/** S: f64 for pictures of f32, i16 for u8. */
function boxRows<S>(width: i32, height: i32, channels: i32, target: usize, size: i32, scratch: usize): void {
  const before = size >> 1;
  const after = size - 1 - before;
  const count = width * channels;
  const lineBytes = <usize>rowBytes((width + size) * channels, sizeof<S>());
  const spareBytes = <usize>rowBytes(count, 4);
  const pads = scratch;
  const line = (pads + ((<usize>size) << 2) + 15) & ~15;
  const results = line + lineBytes;
  const fillRow = results + <usize>rowBytes((width + size) * channels, 8);
  const emptyRow = fillRow + spareBytes;
  const sums = line + <usize>(before * channels) * sizeof<S>();
  planPads(pads, before, after);
  memory.fill(line, 0, lineBytes);
  memory.fill(emptyRow, 0, spareBytes);
  // Far outside only a constant border is still a fill, and no other asks for it.
  if (sizeof<S>() == 8) loadRow<f32>(-1, fillRow);
  else loadRow<u8>(-1, fillRow);

  for (let i = -before; i < after; i++) moveSums<S>(rowPointer(i, fillRow), emptyRow, sums, count);
  const share = <f32>(1.0 / <f64>(size * size));
  for (let y = 0; y < height; y++) {
    const leaving = y == 0 ? emptyRow : rowPointer(y - 1 - before, fillRow);
    moveSums<S>(rowPointer(y + after, fillRow), leaving, sums, count);
    padRow<S>(sums, pads, before, after, <S>size);
    if (sizeof<S>() == 8) {
      runAcross<f64, f64>(line, results, count, channels, size);
      for (let i = 0; i < count; i++, target += 4) {
        store<f32>(target, <f32>(load<f64>(results + ((<usize>i) << 3)) / <f64>(size * size)));
      }
      continue;
    }
    if (size <= SHORT_SIZE) sumAcross(line, target, count, channels << 1, size, share);
    else {
      runAcross<i16, i32>(line, results, count, channels, size);
      roundMeans(results, target, count, share);
    }
    target += count;
  }
}

/** sums += coming − leaving, rows of the picture; whole vectors of eight. */
function moveSums<S>(coming: usize, leaving: usize, sums: usize, count: i32): void {
  if (sizeof<S>() == 8) {
    for (let i = 0; i < count; i++, coming += 4, leaving += 4, sums += 8) {
      store<f64>(sums, load<f64>(sums) + <f64>load<f32>(coming) - <f64>load<f32>(leaving));
    }
    return;
  }
  for (const end = coming + count; coming < end; coming += 8, leaving += 8, sums += 16) {
    const change = i16x8.sub(v128.load8x8_u(coming), v128.load8x8_u(leaving));
    v128.store(sums, i16x8.add(v128.load(sums), change));
  }
}

/** results[i] = the sum of `size` pixels from line[i] on, of the same channel: S in, R out. */
function runAcross<S, R>(line: usize, results: usize, count: i32, channels: i32, size: i32): void {
  const linePixel = <usize>channels * sizeof<S>();
  const reach = linePixel * size;
  const pixel = <usize>channels * sizeof<R>();
  const end = results + <usize>count * sizeof<R>();
  for (let c = 0; c < channels; c++, line += sizeof<S>(), results += sizeof<R>()) {
    let sum = <R>0;
    for (let at = line, last = line + reach; at < last; at += linePixel) sum = <R>(sum + <R>load<S>(at));
    store<R>(results, sum);
  }
  for (line -= linePixel; results < end; results += sizeof<R>(), line += sizeof<S>()) {
    store<R>(results, <R>(load<R>(results - pixel) + (<R>load<S>(line + reach) - <R>load<S>(line))));
  }
}

/** target: u8 ← the means of `size` sums from line[i] on, `pixel` bytes apart; whole blocks. */
function sumAcross(line: usize, target: usize, count: i32, pixel: usize, size: i32, share: f32): void {
  const magic = v128.load(magicPlace);
  const factor = f32x4.splat(share);
  const reach = pixel * size;
  for (const end = target + count; target < end; line += 32, target += 16) {
    let a = v128.load(line);
    let b = v128.load(line, 16);
    for (let at = line + pixel, last = line + reach; at < last; at += pixel) {
      a = i16x8.add(a, v128.load(at));
      b = i16x8.add(b, v128.load(at, 16));
    }
    const first = i16x8.narrow_i32x4_s(
      Mean.round(i32x4.extend_low_i16x8_s(a), factor, magic),
      Mean.round(i32x4.extend_high_i16x8_s(a), factor, magic),
    );
    const second = i16x8.narrow_i32x4_s(
      Mean.round(i32x4.extend_low_i16x8_s(b), factor, magic),
      Mean.round(i32x4.extend_high_i16x8_s(b), factor, magic),
    );
    v128.store(target, i8x16.narrow_i16x8_u(first, second));
  }
}

/** target: u8 ← sums · share; whole vectors of eight. */
function roundMeans(sums: usize, target: usize, count: i32, share: f32): void {
  const magic = v128.load(magicPlace);
  const factor = f32x4.splat(share);
  for (const end = target + count; target < end; sums += 32, target += 8) {
    const both = i16x8.narrow_i32x4_s(
      Mean.round(v128.load(sums), factor, magic),
      Mean.round(v128.load(sums, 16), factor, magic),
    );
    v128.store64_lane(target, i8x16.narrow_i16x8_u(both, both), 0);
  }
}

class Mean {
  @inline
  static round(sum: v128, factor: v128, magic: v128): v128 {
    return i32x4.sub(f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), factor), magic), magic);
  }
}

/** Snow: flakes on planes of f32 levels, blurred, and added to a picture. */
import { borderIndex, REFLECT } from './border';
import { Power } from './power';
import { HalfTurns } from './turn';
import { Words } from './words';

/**
 * target [height, width] ← flakes: a cell has one with probability threshold / 65536, of level 127.5·(1 + |cos(πu)|) times
 * clip(gate, 0, 1), u uniform (so that the level is that of a beta distribution of ½ and ½, folded upwards); else 0.
 *   target, gate: rows `step` bytes apart, room for whole blocks of 16 f32; what stands behind `width` becomes 0
 *   The word of (row, column) is word (column >> 2) & 3, lane column & 3 of the blocks [4·(row·⌈width/16⌉ + column/16) + lane, 0, 0, 0].
 */
export function sowFlakes(
  target: usize,
  gate: usize,
  step: usize,
  width: i32,
  height: i32,
  threshold: i32,
  key0: u32,
  key1: u32,
): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const limit = i32x4.splat(threshold);
  const unit = f32x4.splat(0.0000152587890625);
  const grey = f32x4.splat(127.5);
  const tail = (<usize>width) << 2;
  Words.key(key0, key1);
  let counter: u32 = 0;
  for (; height > 0; height--, target += step, gate += step) {
    for (let x = 0; x < width; x += 16, counter += 4) {
      const words = Words.sixteen(counter, 0);
      for (let k: usize = 0; k < 64; k += 16) {
        const at = ((<usize>x) << 2) + k;
        const word = v128.load(words + k);
        const isFlake = i32x4.lt_s(i32x4.shr_u(word, 16), limit);
        if (!v128.any_true(isFlake)) {
          v128.store(target + at, zero);
          continue;
        }
        const u = f32x4.mul(f32x4.convert_i32x4_s(v128.and(word, i32x4.splat(0xffff))), unit);
        const level = f32x4.mul(f32x4.add(one, f32x4.abs(HalfTurns.cosine(u))), grey);
        const open = f32x4.pmin(f32x4.pmax(v128.load(gate + at), zero), one);
        v128.store(target + at, v128.and(f32x4.mul(level, open), isFlake));
      }
    }
    memory.fill(target + tail, 0, step - tail);
  }
}

/** x ← clip(x, 0, 255), `bytes` bytes of f32, a multiple of 16. */
export function clipPlane(x: usize, bytes: usize): void {
  const zero = f32x4.splat(0);
  const white = f32x4.splat(255);
  for (const end = x + bytes; x < end; x += 16) v128.store(x, f32x4.pmin(f32x4.pmax(v128.load(x), zero), white));
}

/** Writes what stands outside of x [height, width] f32: `margin` values each way, mirrored without the edge (reflect). */
export function mirrorMargins(x: usize, step: usize, width: i32, height: i32, margin: i32): void {
  for (let row = 0; row < height; row++) {
    const line = x + <usize>row * step;
    for (let k = 1; k <= margin; k++) {
      store<f32>(line - ((<usize>k) << 2), load<f32>(line + ((<usize>borderIndex(-k, width, REFLECT)) << 2)));
      const right = width - 1 + k;
      store<f32>(line + ((<usize>right) << 2), load<f32>(line + ((<usize>borderIndex(right, width, REFLECT)) << 2)));
    }
  }
  const edge = (<usize>margin) << 2;
  const bytes = (<usize>(width + 2 * margin)) << 2;
  for (let k = 1; k <= margin; k++) {
    const bottom = height - 1 + k;
    memory.copy(x - edge - <usize>k * step, x - edge + <usize>borderIndex(-k, height, REFLECT) * step, bytes);
    memory.copy(x - edge + <usize>bottom * step, x - edge + <usize>borderIndex(bottom, height, REFLECT) * step, bytes);
  }
}

/**
 * target ← Σ taps weight · x moved by the tap's offset; every product and sum rounded to f32, in the order of the taps.
 *   step, targetStep: bytes from row to row · bytes: of a row that are made, in whole blocks of 64, with room on both sides
 *   taps: up to `tapsEnd`, pairs of i32 (bytes from the target's place to the value) and f32 (weight)
 */
export function correlatePlane(
  x: usize,
  step: usize,
  target: usize,
  targetStep: usize,
  bytes: usize,
  rows: i32,
  taps: usize,
  tapsEnd: usize,
): void {
  for (; rows > 0; rows--, x += step, target += targetStep) {
    for (let at: usize = 0; at < bytes; at += 64) {
      let sum0 = f32x4.splat(0);
      let sum1 = f32x4.splat(0);
      let sum2 = f32x4.splat(0);
      let sum3 = f32x4.splat(0);
      for (let tap = taps; tap < tapsEnd; tap += 8) {
        const from = x + at + <usize>load<i32>(tap);
        const weight = v128.load32_splat(tap, 4);
        sum0 = f32x4.add(sum0, f32x4.mul(v128.load(from), weight));
        sum1 = f32x4.add(sum1, f32x4.mul(v128.load(from, 16), weight));
        sum2 = f32x4.add(sum2, f32x4.mul(v128.load(from, 32), weight));
        sum3 = f32x4.add(sum3, f32x4.mul(v128.load(from, 48), weight));
      }
      v128.store(target + at, sum0);
      v128.store(target + at, sum1, 16);
      v128.store(target + at, sum2, 32);
      v128.store(target + at, sum3, 48);
    }
  }
}

/**
 * x ← max(x, min(max(x + glow·n, shine·n), 255)) with n = light·(level/255)^gain, every channel; never darker.
 *   x [height, width, channels]; u8: floor(v + ½) · levels: f32 plane, 0 … 255, rows `step` bytes apart, room for 3 values
 *   behind each, overwritten · least: where all of four neighbouring levels are below it, or 0, nothing is changed
 */
export function blendSnow(
  x: usize,
  width: i32,
  height: i32,
  channels: i32,
  isFloat: i32,
  levels: usize,
  step: usize,
  gain: f32,
  light: f32,
  glow: f32,
  shine: f32,
  least: f32,
): void {
  const pixelBytes = <usize>(isFloat ? channels << 2 : channels);
  const zero = f32x4.splat(0);
  const lowest = f32x4.splat(least);
  const exponent = f32x4.splat(gain);
  const unit = f32x4.splat(1 / 255.0);
  const factor = f32x4.splat(light);
  const whole = !isFloat && channels == 3 ? width & ~3 : 0;
  for (; height > 0; height--, levels += step) {
    for (let column = 0; column < width; column += 4) {
      const count = min(width - column, 4);
      const at = levels + ((<usize>column) << 2);
      const level = v128.load(at);
      if (v128.any_true(f32x4.gt(level, lowest))) {
        const base = f32x4.mul(f32x4.pmax(level, zero), unit);
        const snow = f32x4.mul(Power.of(base, exponent), factor);
        if (column < whole) Snow.onColours(x, snow, f32x4.splat(glow), f32x4.splat(shine));
        else {
          v128.store(at, snow);
          addSnow(x, count, channels, isFloat, at, glow, shine);
        }
      }
      x += <usize>count * pixelBytes;
    }
  }
}

class Snow {
  /** As blendSnow for four pixels of three bytes. */
  @inline
  static onColours(x: usize, snow: v128, glow: v128, shine: v128): void {
    const haze = f32x4.mul(snow, glow);
    const white = f32x4.mul(snow, shine);
    const bytes = v128.load(x);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const first = Snow.on(
      i32x4.extend_low_i16x8_u(low),
      i32x4.shuffle(haze, haze, 0, 0, 0, 1),
      i32x4.shuffle(white, white, 0, 0, 0, 1),
    );
    const second = Snow.on(
      i32x4.extend_high_i16x8_u(low),
      i32x4.shuffle(haze, haze, 1, 1, 2, 2),
      i32x4.shuffle(white, white, 1, 1, 2, 2),
    );
    const third = Snow.on(
      i32x4.extend_low_i16x8_u(i16x8.extend_high_i8x16_u(bytes)),
      i32x4.shuffle(haze, haze, 2, 3, 3, 3),
      i32x4.shuffle(white, white, 2, 3, 3, 3),
    );
    const packed = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(first, second), i16x8.narrow_i32x4_s(third, third));
    v128.store64_lane(x, packed, 0);
    v128.store32_lane(x, packed, 2, 8);
  }

  /** Four bytes under snow, rounded but not clipped: narrowing does that. */
  @inline
  static on(bytes: v128, haze: v128, white: v128): v128 {
    const value = f32x4.pmax(f32x4.add(f32x4.convert_i32x4_s(bytes), haze), white);
    return i32x4.trunc_sat_f32x4_s(f32x4.add(value, f32x4.splat(0.5)));
  }
}

/** As blendSnow for `count` neighbouring pixels. */
function addSnow(x: usize, count: i32, channels: i32, isFloat: i32, snow: usize, glow: f32, shine: f32): void {
  for (; count > 0; count--, snow += 4) {
    const n = load<f32>(snow);
    const white = n * shine;
    const haze = n * glow;
    for (let c = 0; c < channels; c++) {
      if (isFloat) {
        const value = load<f32>(x);
        store<f32>(x, max<f32>(value, min<f32>(max<f32>(value + haze, white), 255)));
        x += 4;
      } else {
        const value = <f32>load<u8>(x);
        store<u8>(x, <u8>floor<f32>(min<f32>(max<f32>(value + haze, white), 255) + 0.5));
        x += 1;
      }
    }
  }
}

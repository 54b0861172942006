/** Clouds and fog: how much of the cloud is seen at each pixel, how light it is, and the picture behind it. */
import { Power } from './power';

class Clip {
  @inline
  static of(x: v128, low: v128, high: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, low), high);
  }
}

/** n ← clip((least + factor·clip(n, 0, 1))^sparsity · density, 0, 1), `count` f32, a multiple of 4. */
export function cloudAlpha(n: usize, count: i32, least: f32, factor: f32, sparsity: f32, density: f32): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const offset = f32x4.splat(least);
  const slope = f32x4.splat(factor);
  const exponent = f32x4.splat(sparsity);
  const dense = f32x4.splat(density);
  for (const end = n + ((<usize>count) << 2); n < end; n += 16) {
    const noise = Clip.of(v128.load(n), zero, one);
    const base = f32x4.add(offset, f32x4.mul(slope, noise));
    v128.store(n, Clip.of(f32x4.mul(Power.of(base, exponent), dense), zero, one));
  }
}

/** n ← coarse + mean·(2·clip(n, 0, 1) − 1)/5, `count` f32, a multiple of 4. */
export function cloudIntensity(n: usize, coarse: usize, count: i32, mean: f32): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const slope = f32x4.splat(mean * 0.4);
  const offset = f32x4.splat(mean * 0.2);
  for (const end = n + ((<usize>count) << 2); n < end; n += 16, coarse += 16) {
    const fine = f32x4.sub(f32x4.mul(Clip.of(v128.load(n), zero, one), slope), offset);
    v128.store(n, f32x4.add(v128.load(coarse), fine));
  }
}

/**
 * x ← (1 − alpha)·x + alpha·clip(intensity, 0, 255), every channel; u8: floor(v + ½), clipped.
 *   x [height, width, channels] · alpha, intensity: f32 planes, rows `step` bytes apart
 */
export function blendPlanes(
  x: usize,
  width: i32,
  height: i32,
  channels: i32,
  isFloat: i32,
  alpha: usize,
  intensity: usize,
  step: usize,
): void {
  const rowBytes = <usize>(isFloat ? (width * channels) << 2 : width * channels);
  const whole = !isFloat && channels == 3 ? width & ~3 : 0;
  const offset = (<usize>whole) << 2;
  for (; height > 0; height--, x += rowBytes, alpha += step, intensity += step) {
    blendColours(x, whole, alpha, intensity);
    blendRow(x + <usize>whole * 3, width - whole, channels, isFloat, alpha + offset, intensity + offset);
  }
}

/** As blendPlanes for `count` pixels of a row. */
function blendRow(x: usize, count: i32, channels: i32, isFloat: i32, alpha: usize, intensity: usize): void {
  for (; count > 0; count--, alpha += 4, intensity += 4) {
    const a = load<f32>(alpha);
    const light = a * min<f32>(max<f32>(load<f32>(intensity), 0), 255);
    const rest: f32 = 1 - a;
    for (let c = 0; c < channels; c++) {
      if (isFloat) {
        store<f32>(x, rest * load<f32>(x) + light);
        x += 4;
      } else {
        store<u8>(x, <u8>max<f32>(min<f32>(floor<f32>(rest * <f32>load<u8>(x) + light + 0.5), 255), 0));
        x += 1;
      }
    }
  }
}

class Blend {
  @inline
  static of(bytes: v128, rest: v128, light: v128): v128 {
    const value = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(bytes), rest), light);
    return i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(value, f32x4.splat(0.5))));
  }
}

/** As blendRow for bytes of three channels, four pixels at a time. */
function blendColours(x: usize, count: i32, alpha: usize, intensity: usize): void {
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  const white = f32x4.splat(255);
  for (const end = alpha + ((<usize>count) << 2); alpha < end; alpha += 16, intensity += 16, x += 12) {
    const a = v128.load(alpha);
    const light = f32x4.mul(a, Clip.of(v128.load(intensity), zero, white));
    const rest = f32x4.sub(one, a);
    const bytes = v128.load(x);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const high = i16x8.extend_high_i8x16_u(bytes);
    const first = Blend.of(
      i32x4.extend_low_i16x8_u(low),
      i32x4.shuffle(rest, rest, 0, 0, 0, 1),
      i32x4.shuffle(light, light, 0, 0, 0, 1),
    );
    const second = Blend.of(
      i32x4.extend_high_i16x8_u(low),
      i32x4.shuffle(rest, rest, 1, 1, 2, 2),
      i32x4.shuffle(light, light, 1, 1, 2, 2),
    );
    const third = Blend.of(
      i32x4.extend_low_i16x8_u(high),
      i32x4.shuffle(rest, rest, 2, 3, 3, 3),
      i32x4.shuffle(light, light, 2, 3, 3, 3),
    );
    const packed = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(first, second), i16x8.narrow_i32x4_s(third, third));
    v128.store64_lane(x, packed, 0);
    v128.store32_lane(x, packed, 2, 8);
  }
}

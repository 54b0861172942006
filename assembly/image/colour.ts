/** Operations on colours: each is given four pixels' red, green and blue and puts what they become (quads.ts). */
import { Colours } from './quads';
import { Vector } from './vectors';

/** Shares of red, green and blue in the luma (BT.601). */
const LUMA = memory.data<f32>([0.299, 0.587, 0.114], 16);

@unmanaged
class Grayscale {
  @inline
  put<Layout>(x: usize, red: v128, green: v128, blue: v128, alpha: v128, q: v128, p: f64): void {
    let luma = f32x4.mul(red, v128.load32_splat(LUMA));
    luma = f32x4.add(luma, f32x4.mul(green, v128.load32_splat(LUMA + 4)));
    luma = f32x4.add(luma, f32x4.mul(blue, v128.load32_splat(LUMA + 8)));
    changetype<Layout>(0).put(
      x,
      f32x4.add(red, f32x4.mul(f32x4.sub(luma, red), alpha)),
      f32x4.add(green, f32x4.mul(f32x4.sub(luma, green), alpha)),
      f32x4.add(blue, f32x4.mul(f32x4.sub(luma, blue), alpha)),
    );
  }
}

/** x [pixels, 3 or 4]: colour + alpha·(luma − colour). */
export function grayscale(x: usize, pixels: i32, channels: i32, isFloat: i32, alpha: f64): void {
  Colours.run<Grayscale>(x, pixels, channels, isFloat, alpha, 0);
}

/** 1/6, then 1 to 6. */
const HUES = memory.data<f32>([0.16666667, 1, 2, 3, 4, 5, 6], 16);

@unmanaged
class ShiftHue {
  /** greatest − chroma·clip(min(k, 4 − k), 0, 1), k = (n + hue) mod 6: n = 5 gives red, 3 green, 1 blue. */
  @inline
  channel(n: usize, hue: v128, greatest: v128, chroma: v128): v128 {
    let k = f32x4.add(hue, v128.load32_splat(HUES + (n << 2)));
    k = f32x4.sub(k, f32x4.mul(f32x4.floor(f32x4.mul(k, v128.load32_splat(HUES))), v128.load32_splat(HUES + 24)));
    const ramp = f32x4.pmin(f32x4.pmin(k, f32x4.sub(v128.load32_splat(HUES + 16), k)), Vector.one());
    return f32x4.sub(greatest, f32x4.mul(chroma, f32x4.pmax(ramp, f32x4.splat(0))));
  }

  @inline
  put<Layout>(x: usize, red: v128, green: v128, blue: v128, shift: v128, saturation: v128, p: f64): void {
    const greatest = f32x4.pmax(f32x4.pmax(red, green), blue);
    const chroma = f32x4.sub(greatest, f32x4.pmin(f32x4.pmin(red, green), blue));
    const isGray = f32x4.eq(chroma, f32x4.splat(0));
    const divisor = v128.bitselect(Vector.one(), chroma, isGray);
    // Sixths of a turn from red; which channel is greatest says from which of them to count.
    const isRed = f32x4.eq(greatest, red);
    const isGreen = f32x4.eq(greatest, green);
    const fromBlue = v128.bitselect(f32x4.sub(blue, red), f32x4.sub(red, green), isGreen);
    const difference = v128.bitselect(f32x4.sub(green, blue), fromBlue, isRed);
    const base = v128.bitselect(
      f32x4.splat(0),
      v128.bitselect(v128.load32_splat(HUES + 8), v128.load32_splat(HUES + 16), isGreen),
      isRed,
    );
    const hue = f32x4.add(f32x4.add(base, f32x4.div(difference, divisor)), shift);
    // A saturation above 1 is none; where levels below 0 make one, it is left.
    const most = f32x4.pmax(greatest, chroma);
    const next = f32x4.pmin(f32x4.mul(chroma, saturation), most);
    const op = changetype<ShiftHue>(0);
    changetype<Layout>(0).put(
      x,
      op.channel(5, hue, greatest, next),
      op.channel(3, hue, greatest, next),
      op.channel(1, hue, greatest, next),
    );
  }
}

/** x [pixels, 3 or 4]: HSV's hue + `shift` sixths of a turn, 0 ≤ shift < 6; its saturation · `saturation`, at most 1. */
export function shiftHue(x: usize, pixels: i32, channels: i32, isFloat: i32, shift: f64, saturation: f64): void {
  Colours.run<ShiftHue>(x, pixels, channels, isFloat, shift, saturation);
}

@unmanaged
class Snow {
  /** Exactly the comparison of the definition, in f64. */
  isDark(greatest: f32, least: f32, threshold: f64): i32 {
    return ((<f64>greatest / 255 + <f64>least / 255) / 2) * 255 < threshold ? -1 : 0;
  }

  /** Which lightnesses are below the threshold, where f32 cannot tell. */
  darkOnes(greatest: v128, least: v128, threshold: f64): v128 {
    const op = changetype<Snow>(0);
    let dark = i32x4.splat(op.isDark(f32x4.extract_lane(greatest, 0), f32x4.extract_lane(least, 0), threshold));
    dark = i32x4.replace_lane(
      dark,
      1,
      op.isDark(f32x4.extract_lane(greatest, 1), f32x4.extract_lane(least, 1), threshold),
    );
    dark = i32x4.replace_lane(
      dark,
      2,
      op.isDark(f32x4.extract_lane(greatest, 2), f32x4.extract_lane(least, 2), threshold),
    );
    return i32x4.replace_lane(
      dark,
      3,
      op.isDark(f32x4.extract_lane(greatest, 3), f32x4.extract_lane(least, 3), threshold),
    );
  }

  @inline
  put<Layout>(x: usize, red: v128, green: v128, blue: v128, threshold: v128, multiplier: v128, exact: f64): void {
    const greatest = f32x4.pmax(f32x4.pmax(red, green), blue);
    const least = f32x4.pmin(f32x4.pmin(red, green), blue);
    const twice = f32x4.add(greatest, least);
    const limit = f32x4.add(threshold, threshold);
    let isDark = f32x4.lt(twice, limit);
    if (v128.any_true(f32x4.eq(twice, limit))) isDark = changetype<Snow>(0).darkOnes(greatest, least, exact);
    if (!v128.any_true(isDark)) return;
    const white = Vector.white();
    const lightness = f32x4.mul(twice, Vector.half());
    const snowy = f32x4.pmin(f32x4.mul(lightness, multiplier), white);
    // The widest chroma that a lightness leaves room for, before and after: saturation is a share of it.
    const room = f32x4.sub(white, f32x4.abs(f32x4.sub(twice, white)));
    const newRoom = f32x4.sub(white, f32x4.abs(f32x4.sub(f32x4.add(snowy, snowy), white)));
    const hasRoom = v128.and(isDark, f32x4.gt(room, f32x4.splat(0)));
    const stretch = v128.bitselect(f32x4.div(newRoom, room), Vector.one(), hasRoom);
    const base = v128.bitselect(snowy, lightness, isDark);
    changetype<Layout>(0).put(
      x,
      f32x4.add(f32x4.mul(f32x4.sub(red, lightness), stretch), base),
      f32x4.add(f32x4.mul(f32x4.sub(green, lightness), stretch), base),
      f32x4.add(f32x4.mul(f32x4.sub(blue, lightness), stretch), base),
    );
  }
}

/**
 * x [pixels, 3 or 4]: where HLS's lightness L is below `threshold`, it becomes min(L·multiplier, 255); hue and saturation
 * stay. No hue is needed for that: every colour keeps its place between L and the ends of its chroma,
 * v' = L' + (v − L)·(255 − |2L' − 255|) / (255 − |2L − 255|).
 */
export function snow(x: usize, pixels: i32, channels: i32, isFloat: i32, threshold: f64, multiplier: f64): void {
  Colours.run<Snow>(x, pixels, channels, isFloat, threshold, multiplier);
}

/** x [pixels, C ≥ 3]: channels 0, 1 and 2 ← channels a, b and c. */
export function permuteChannels(x: usize, pixels: i32, channels: i32, isFloat: i32, a: i32, b: i32, c: i32): void {
  for (; pixels > 0; pixels--) {
    if (isFloat) {
      const red = load<f32>(x + ((<usize>a) << 2));
      const green = load<f32>(x + ((<usize>b) << 2));
      const blue = load<f32>(x + ((<usize>c) << 2));
      store<f32>(x, red);
      store<f32>(x, green, 4);
      store<f32>(x, blue, 8);
      x += (<usize>channels) << 2;
    } else {
      const red = load<u8>(x + a);
      const green = load<u8>(x + b);
      const blue = load<u8>(x + c);
      store<u8>(x, red);
      store<u8>(x, green, 1);
      store<u8>(x, blue, 2);
      x += channels;
    }
  }
}

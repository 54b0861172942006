/** Colours of pixels, four at a time; a fourth channel stays as it is. */

import { Vector } from './vectors';

/** Swizzles of four packed pixels to a channel's four levels as i32, channel by channel; of 3 channels, then of 4. */
const SPLIT = memory.data<u32>(
  [
    0xffffff00, 0xffffff03, 0xffffff06, 0xffffff09, 0xffffff01, 0xffffff04, 0xffffff07, 0xffffff0a, 0xffffff02,
    0xffffff05, 0xffffff08, 0xffffff0b, 0xffffff00, 0xffffff04, 0xffffff08, 0xffffff0c, 0xffffff01, 0xffffff05,
    0xffffff09, 0xffffff0d, 0xffffff02, 0xffffff06, 0xffffff0a, 0xffffff0e, 0xffffff03, 0xffffff07, 0xffffff0b,
    0xffffff0f,
  ],
  16,
);
/** Of four reds, greens, blues and others to pixels of 3 channels and of 4. */
const JOIN = memory.data<u8>(
  [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11, 255, 255, 255, 255, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
  16,
);

/** Four packed pixels in memory: methods on a null reference (gemm.ts says why), the same in all four layouts. */
@unmanaged
class Bytes3 {
  /** What `plane` wants to have read once. */
  @inline
  read(x: usize): v128 {
    return v128.load(x);
  }

  /** One of the channels of red, green, blue, f32. */
  @inline
  plane(x: usize, read: v128, channel: usize): v128 {
    return f32x4.convert_i32x4_s(i8x16.swizzle(read, v128.load(SPLIT + (channel << 4))));
  }

  @inline
  put(x: usize, red: v128, green: v128, blue: v128): void {
    const blues = Vector.rounded(blue);
    const first = i16x8.narrow_i32x4_s(Vector.rounded(red), Vector.rounded(green));
    const levels = i8x16.narrow_i16x8_u(first, i16x8.narrow_i32x4_s(blues, blues));
    const pixels = i8x16.swizzle(levels, v128.load(JOIN));
    v128.store64_lane(x, pixels, 0);
    v128.store32_lane(x, pixels, 2, 8);
  }

  @inline
  next(x: usize): usize {
    return x + 12;
  }
}

@unmanaged
class Bytes4 {
  @inline
  read(x: usize): v128 {
    return v128.load(x);
  }

  @inline
  plane(x: usize, read: v128, channel: usize): v128 {
    return f32x4.convert_i32x4_s(i8x16.swizzle(read, v128.load(SPLIT + 48 + (channel << 4))));
  }

  @inline
  put(x: usize, red: v128, green: v128, blue: v128): void {
    const others = i8x16.swizzle(v128.load(x), v128.load(SPLIT, 96));
    const first = i16x8.narrow_i32x4_s(Vector.rounded(red), Vector.rounded(green));
    const levels = i8x16.narrow_i16x8_u(first, i16x8.narrow_i32x4_s(Vector.rounded(blue), others));
    v128.store(x, i8x16.swizzle(levels, v128.load(JOIN, 16)));
  }

  @inline
  next(x: usize): usize {
    return x + 16;
  }
}

class Floats {
  /** Four f32, `step` bytes apart. */
  @inline
  static plane(x: usize, step: usize): v128 {
    let plane = v128.load32_zero(x);
    plane = v128.load32_lane(x + step, plane, 1);
    plane = v128.load32_lane(x + 2 * step, plane, 2);
    return v128.load32_lane(x + 3 * step, plane, 3);
  }

  @inline
  static put(x: usize, step: usize, plane: v128): void {
    v128.store32_lane(x, plane, 0);
    v128.store32_lane(x + step, plane, 1);
    v128.store32_lane(x + 2 * step, plane, 2);
    v128.store32_lane(x + 3 * step, plane, 3);
  }
}

@unmanaged
class Floats3 {
  @inline
  read(x: usize): v128 {
    return Vector.one(); // not used
  }

  @inline
  plane(x: usize, read: v128, channel: usize): v128 {
    return Floats.plane(x + (channel << 2), 12);
  }

  @inline
  put(x: usize, red: v128, green: v128, blue: v128): void {
    Floats.put(x, 12, red);
    Floats.put(x + 4, 12, green);
    Floats.put(x + 8, 12, blue);
  }

  @inline
  next(x: usize): usize {
    return x + 48;
  }
}

@unmanaged
class Floats4 {
  @inline
  read(x: usize): v128 {
    return Vector.one(); // not used
  }

  @inline
  plane(x: usize, read: v128, channel: usize): v128 {
    return Floats.plane(x + (channel << 2), 16);
  }

  @inline
  put(x: usize, red: v128, green: v128, blue: v128): void {
    Floats.put(x, 16, red);
    Floats.put(x + 4, 16, green);
    Floats.put(x + 8, 16, blue);
  }

  @inline
  next(x: usize): usize {
    return x + 64;
  }
}

/** Runs an operation, in whole fours of pixels; it takes the colours and up to two numbers, and puts what they become. */
class Colours {
  @inline
  static run<Op>(x: usize, pixels: i32, channels: i32, isFloat: i32, p: f64, q: f64): void {
    if (isFloat) {
      if (channels == 3) Colours.runIn<Op, Floats3>(x, pixels, p, q);
      else Colours.runIn<Op, Floats4>(x, pixels, p, q);
    } else if (channels == 3) Colours.runIn<Op, Bytes3>(x, pixels, p, q);
    else Colours.runIn<Op, Bytes4>(x, pixels, p, q);
  }

  static runIn<Op, Layout>(x: usize, pixels: i32, p: f64, q: f64): void {
    const layout = changetype<Layout>(0);
    const op = changetype<Op>(0);
    const vp = f32x4.splat(<f32>p);
    const vq = f32x4.splat(<f32>q);
    for (; pixels > 0; pixels -= 4) {
      const read = layout.read(x);
      op.put<Layout>(x, layout.plane(x, read, 0), layout.plane(x, read, 1), layout.plane(x, read, 2), vp, vq, p);
      x = layout.next(x);
    }
  }
}

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

/** Colours of pixels, four pixels at a time, whatever the layout; a fourth channel stays as it is. */
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
export class Colours {
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

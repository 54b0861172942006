/** Four pixels at a time: constants, and bilinear sums of 14-bit weights (warp-levels.ts). */

// Constants stand in memory: V8 builds those of the code anew at every use.
const CONSTANTS: usize = memory.data<u32>(
  [
    // 12582912, which added to a whole number puts it into the low bits
    0x4b400000, 0x4b400000, 0x4b400000, 0x4b400000,
    // 16384 as f32 and as i32, its half
    0x46800000, 0x46800000, 0x46800000, 0x46800000, 0x4000, 0x4000, 0x4000, 0x4000, 0x2000, 0x2000, 0x2000, 0x2000,
    // 0, 1, 2, 3 and 4 four times
    0, 0x3f800000, 0x40000000, 0x40400000, 0x40800000, 0x40800000, 0x40800000, 0x40800000,
    // 1 as f32
    0x3f800000, 0x3f800000, 0x3f800000, 0x3f800000,
    // two neighbouring pixels of three channels, of four → pairs of i16; two pixels of four bytes each
    0xff03ff00, 0xff04ff01, 0xff05ff02, 0xffffffff, 0xff04ff00, 0xff05ff01, 0xff06ff02, 0xff07ff03,
    // four pixels of three channels in four bytes each → packed
    0x04020100, 0x09080605, 0x0e0d0c0a, 0xffffffff,
    // one pixel of three channels over and over
    0x00020100, 0x01000201, 0x02010002, 0xffffff00,
  ],
  16,
);

export class At {
  @inline
  static magic(): v128 {
    return v128.load(CONSTANTS);
  }
  @inline
  static one14(): v128 {
    return v128.load(CONSTANTS, 16);
  }
  @inline
  static whole14(): v128 {
    return v128.load(CONSTANTS, 32);
  }
  @inline
  static half14(): v128 {
    return v128.load(CONSTANTS, 48);
  }
  @inline
  static lanes(): v128 {
    return v128.load(CONSTANTS, 64);
  }
  @inline
  static four(): v128 {
    return v128.load(CONSTANTS, 80);
  }
  @inline
  static one(): v128 {
    return v128.load(CONSTANTS, 96);
  }
  @inline
  static pairs(channels: i32): v128 {
    return channels == 3 ? v128.load(CONSTANTS, 112) : v128.load(CONSTANTS, 128);
  }
  /** One pixel of three channels over and over. */
  @inline
  static over(): v128 {
    return v128.load(CONSTANTS, 160);
  }
  @inline
  static packed(): v128 {
    return v128.load(CONSTANTS, 144);
  }
}

export class Quad {
  /** A whole number in f32 as i32; below 2^22. */
  @inline
  static whole(x: v128, magic: v128): v128 {
    return i32x4.sub(f32x4.add(x, magic), magic);
  }

  /** One pixel from the pairs of taps in two rows. */
  @inline
  static pixel(upper: v128, lower: v128, upperWeights: v128, lowerWeights: v128, half: v128, pairs: v128): v128 {
    const sum = i32x4.add(
      i32x4.dot_i16x8_s(i8x16.swizzle(upper, pairs), upperWeights),
      i32x4.dot_i16x8_s(i8x16.swizzle(lower, pairs), lowerWeights),
    );
    return i32x4.shr_s(i32x4.add(sum, half), 14);
  }

  @inline
  static pack(r0: v128, r1: v128, r2: v128, r3: v128, packed: v128, channels: i32): v128 {
    const bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(r0, r1), i16x8.narrow_i32x4_s(r2, r3));
    return channels == 3 ? i8x16.swizzle(bytes, packed) : bytes;
  }

  /** Pairs of neighbouring bytes at four places, as i16. */
  @inline
  static gather(x: usize, o0: usize, o1: usize, o2: usize, o3: usize): v128 {
    let pairs = v128.load16_lane(x + o0, i32x4.splat(0), 0);
    pairs = v128.load16_lane(x + o1, pairs, 1);
    pairs = v128.load16_lane(x + o2, pairs, 2);
    return i16x8.extend_low_i8x16_u(v128.load16_lane(x + o3, pairs, 3));
  }

  /** Four pixels ← those at four addresses; of three channels, up to a byte behind is written. */
  @inline
  static copy(target: usize, a0: usize, a1: usize, a2: usize, a3: usize, channels: i32): void {
    if (channels == 1) {
      store<u8>(target, load<u8>(a0));
      store<u8>(target, load<u8>(a1), 1);
      store<u8>(target, load<u8>(a2), 2);
      store<u8>(target, load<u8>(a3), 3);
      return;
    }
    store<u32>(target, load<u32>(a0));
    store<u32>(target + channels, load<u32>(a1));
    store<u32>(target + channels * 2, load<u32>(a2));
    store<u32>(target + channels * 3, load<u32>(a3));
  }

  @inline
  static put(target: usize, pixels: v128, channels: i32): void {
    if (channels == 1) v128.store32_lane(target, pixels, 0);
    else v128.store(target, pixels);
  }

  /** Four pixels whose taps all lie inside, at positions (x, y) from the pixel at `upper`; `lower` is one row below. */
  @inline
  static inner(
    upper: usize,
    lower: usize,
    stride: v128,
    x: v128,
    y: v128,
    magic: v128,
    one14: v128,
    half: v128,
    pairs: v128,
    packed: v128,
    channels: i32,
  ): v128 {
    const left = f32x4.floor(x);
    const top = f32x4.floor(y);
    const column = Quad.whole(left, magic);
    const across =
      channels == 1 ? column : channels == 3 ? i32x4.add(column, i32x4.add(column, column)) : i32x4.shl(column, 2);
    const offsets = i32x4.add(i32x4.mul(Quad.whole(top, magic), stride), across);
    const fx = f32x4.sub(x, left);
    const fy = f32x4.mul(f32x4.sub(y, top), one14);
    const wy = Quad.whole(fy, magic);
    const w11 = Quad.whole(f32x4.mul(fx, fy), magic);
    const wx = Quad.whole(f32x4.mul(fx, one14), magic);
    const w10 = i32x4.sub(wx, w11);
    const w01 = i32x4.sub(wy, w11);
    const w00 = i32x4.sub(i32x4.sub(i32x4.add(half, half), wx), w01);
    // Added, not or-ed: w00 may be −1.
    const upperWeights = i32x4.add(w00, i32x4.shl(w10, 16));
    const lowerWeights = i32x4.add(w01, i32x4.shl(w11, 16));
    const o0 = <usize>i32x4.extract_lane(offsets, 0);
    const o1 = <usize>i32x4.extract_lane(offsets, 1);
    const o2 = <usize>i32x4.extract_lane(offsets, 2);
    const o3 = <usize>i32x4.extract_lane(offsets, 3);
    if (channels == 1) {
      const sum = i32x4.add(
        i32x4.dot_i16x8_s(Quad.gather(upper, o0, o1, o2, o3), upperWeights),
        i32x4.dot_i16x8_s(Quad.gather(lower, o0, o1, o2, o3), lowerWeights),
      );
      const levels = i32x4.shr_s(i32x4.add(sum, half), 14);
      const narrow = i16x8.narrow_i32x4_s(levels, levels);
      return i8x16.narrow_i16x8_u(narrow, narrow);
    }
    const r0 = Quad.pixel(
      v128.load64_zero(upper + o0),
      v128.load64_zero(lower + o0),
      i32x4.shuffle(upperWeights, upperWeights, 0, 0, 0, 0),
      i32x4.shuffle(lowerWeights, lowerWeights, 0, 0, 0, 0),
      half,
      pairs,
    );
    const r1 = Quad.pixel(
      v128.load64_zero(upper + o1),
      v128.load64_zero(lower + o1),
      i32x4.shuffle(upperWeights, upperWeights, 1, 1, 1, 1),
      i32x4.shuffle(lowerWeights, lowerWeights, 1, 1, 1, 1),
      half,
      pairs,
    );
    const r2 = Quad.pixel(
      v128.load64_zero(upper + o2),
      v128.load64_zero(lower + o2),
      i32x4.shuffle(upperWeights, upperWeights, 2, 2, 2, 2),
      i32x4.shuffle(lowerWeights, lowerWeights, 2, 2, 2, 2),
      half,
      pairs,
    );
    const r3 = Quad.pixel(
      v128.load64_zero(upper + o3),
      v128.load64_zero(lower + o3),
      i32x4.shuffle(upperWeights, upperWeights, 3, 3, 3, 3),
      i32x4.shuffle(lowerWeights, lowerWeights, 3, 3, 3, 3),
      half,
      pairs,
    );
    return Quad.pack(r0, r1, r2, r3, packed, channels);
  }
}

/**
 * Cosines of a block of JPEG and back, with libjpeg's integers (jfdctint.c, jcdctmgr.c, jidctint.c; after Loeffler,
 * Ligtenberg and Moschytz 1989), four columns in a vector.
 */

/** A block of i32. */
const block = memory.data(64 * 4, 16);
const turned = memory.data(64 * 4, 16);

/**
 * One block of 8×8 values, in place, to cosines, to whole steps and back.
 *   x: u8, stride bytes from row to row · steps: f32 [8,8]
 */
export function loseBlock(x: usize, stride: i32, steps: usize): void {
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

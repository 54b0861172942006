/** Normal numbers in bulk (Box and Muller 1958): one random word gives two, 16 bits for the radius and 16 for the angle. */
import { Words } from './words';

/** Normals of one call of fill. */
export const CHUNK: i32 = 2048;

const WORDS = memory.data(4096, 16);

/**
 * Coefficients, highest power first.
 *   log2 m − 143 for a mantissa m in [1, 2), 143 being the bias of the exponent and the 16 bits
 *   sin and cos of x·π/2 for |x| ≤ 1, in x²
 * Over all words, radii are off by at most 7.7e-4 (the least of them; 2e-5 is usual), cosines and sines by 1.4e-5.
 */
const K = memory.data<f32>(
  [
    0.04300496, -0.40251339, 1.58947429, -3.48987855, 5.04785541, -145.78792621, -0.00437059, 0.07950001, -0.64592572,
    1.57079513, -0.01909276, 0.25257577, -1.23348283, 0.9999932, 0.000030517578125, 0.5, 1,
  ],
  16,
);
const LOW_HALF = memory.data<u32>([0xffff, 0xffff, 0xffff, 0xffff], 16);
const MANTISSA = memory.data<u32>([0x7fffff, 0x7fffff, 0x7fffff, 0x7fffff], 16);
const ONE_BITS = memory.data<u32>([0x3f800000, 0x3f800000, 0x3f800000, 0x3f800000], 16);

export class Normals {
  @inline
  static step(sum: v128, x: v128, coefficient: usize): v128 {
    return f32x4.add(f32x4.mul(sum, x), v128.load32_splat(K + (coefficient << 2)));
  }

  /**
   * CHUNK normals of deviation `std`, f32; `chunk` counts calls. Of eight, the first four are cosines, the last four sines
   * of the same four words.
   */
  static fill(target: usize, chunk: u32, std: f64): void {
    Words.fill(WORDS, CHUNK / 2, chunk * (CHUNK / 8), 0);
    const scale = f32x4.splat(<f32>(-2 * Math.LN2 * std * std));
    const zero = f32x4.splat(0);
    for (let word = WORDS; word < WORDS + CHUNK * 2; word += 16, target += 32) {
      const bits = v128.load(word);
      // Radius: √(−2 ln u), u = (low half + ½) / 2¹⁶.
      const u = f32x4.add(f32x4.convert_i32x4_s(v128.and(bits, v128.load(LOW_HALF))), v128.load32_splat(K + 60));
      const exponent = f32x4.convert_i32x4_s(i32x4.shr_u(u, 23));
      const m = v128.or(v128.and(u, v128.load(MANTISSA)), v128.load(ONE_BITS));
      let log = Normals.step(v128.load32_splat(K), m, 1);
      log = Normals.step(log, m, 2);
      log = Normals.step(log, m, 3);
      log = Normals.step(log, m, 4);
      log = f32x4.add(Normals.step(log, m, 5), exponent);
      const radius = f32x4.sqrt(f32x4.pmax(f32x4.mul(log, scale), zero));
      // Angle: π·x, x in [−1, 1), by way of its half.
      const x = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(bits, 16)), v128.load32_splat(K + 56));
      const square = f32x4.mul(x, x);
      let sine = Normals.step(v128.load32_splat(K + 24), square, 7);
      sine = Normals.step(sine, square, 8);
      sine = f32x4.mul(Normals.step(sine, square, 9), x);
      let cosine = Normals.step(v128.load32_splat(K + 40), square, 11);
      cosine = Normals.step(cosine, square, 12);
      cosine = Normals.step(cosine, square, 13);
      const twice = f32x4.add(sine, sine);
      v128.store(target, f32x4.mul(f32x4.sub(v128.load32_splat(K + 64), f32x4.mul(twice, sine)), radius));
      v128.store(target, f32x4.mul(f32x4.mul(twice, cosine), radius), 16);
    }
  }
}

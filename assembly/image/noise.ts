/** Noise on every value. */
import { Exp } from '../math';
import { Philox } from '../random';
import { CHUNK, Normals } from './normals';
import { Vector } from './vectors';
import { Words } from './words';

const NORMALS = memory.data(8192, 16);
/** Normals as the values of a picture want them, where all channels of a pixel share one. */
const SPREAD = memory.data(8192, 16);
/** A block of random words, four numbers and their means. */
const BLOCK = memory.data(48, 16);
class Add {
  @inline
  static rounded(noise: usize): v128 {
    return Vector.nearest(v128.load(noise));
  }

  /** `count` values + noise, in whole blocks of 16. */
  static bytes(x: usize, count: i32, noise: usize): void {
    for (const end = x + count; x < end; x += 16, noise += 64) {
      const levels = v128.load(x);
      const low = i16x8.narrow_i32x4_s(Add.rounded(noise), Add.rounded(noise + 16));
      const high = i16x8.narrow_i32x4_s(Add.rounded(noise + 32), Add.rounded(noise + 48));
      v128.store(
        x,
        i8x16.narrow_i16x8_u(
          i16x8.add(i16x8.extend_low_i8x16_u(levels), low),
          i16x8.add(i16x8.extend_high_i8x16_u(levels), high),
        ),
      );
    }
  }

  /** `count` values + noise, in whole blocks of 4. */
  static floats(x: usize, count: i32, noise: usize): void {
    for (const end = x + ((<usize>count) << 2); x < end; x += 16, noise += 16) {
      v128.store(x, f32x4.add(v128.load(x), v128.load(noise)));
    }
  }

  @inline
  static values(x: usize, count: i32, isFloat: i32, noise: usize): void {
    if (isFloat) Add.floats(x, count, noise);
    else Add.bytes(x, count, noise);
  }
}

/**
 * x [pixels, C] += normal noise, u8 rounded and clipped.
 *   std: levels, at most 255 · perChannel: 1 draws for each value, 0 for each pixel
 *   Value (or pixel) i takes normal i of Normals.fill with the key's words.
 */
export function gaussianNoise(
  x: usize,
  pixels: i32,
  channels: i32,
  isFloat: i32,
  std: f64,
  perChannel: i32,
  key0: u32,
  key1: u32,
): void {
  Words.key(key0, key1);
  const shared = perChannel ? 1 : channels;
  const total = perChannel ? pixels * channels : pixels;
  const bytes = (<usize>shared) << (isFloat ? 2 : 0);
  for (let done = 0, chunk: u32 = 0; done < total; done += CHUNK, chunk++) {
    Normals.fill(NORMALS, chunk, std);
    const count = min(CHUNK, total - done);
    const at = x + <usize>done * bytes;
    if (shared == 1) Add.values(at, count, isFloat, NORMALS);
    else if (shared <= 4) addShared(at, count, shared, isFloat);
    else addToPixels(at, count, shared, isFloat);
  }
}

/** The chunk's normals to as many pixels, in quarters whose values fit and are whole blocks. */
function addShared(x: usize, pixels: i32, channels: i32, isFloat: i32): void {
  for (let done = 0; done < pixels; done += CHUNK / 4) {
    const count = min(CHUNK / 4, pixels - done);
    let target = SPREAD;
    for (let noise = NORMALS + ((<usize>done) << 2), end = noise + ((<usize>count) << 2); noise < end; noise += 4) {
      const value = load<f32>(noise);
      for (let channel = 0; channel < channels; channel++, target += 4) store<f32>(target, value);
    }
    const values = done * channels;
    Add.values(x + ((<usize>values) << (isFloat ? 2 : 0)), count * channels, isFloat, SPREAD);
  }
}

/** As addShared, for any number of channels. */
function addToPixels(x: usize, pixels: i32, channels: i32, isFloat: i32): void {
  for (let pixel = 0; pixel < pixels; pixel++) {
    const noise = load<f32>(NORMALS + ((<usize>pixel) << 2));
    for (let channel = 0; channel < channels; channel++) {
      if (isFloat) {
        store<f32>(x, load<f32>(x) + noise);
        x += 4;
      } else {
        store<u8>(x, <u8>min(max(<i32>load<u8>(x) + <i32>nearest<f32>(noise), 0), 255));
        x++;
      }
    }
  }
}

/** Means from which on a Poisson number is made of a normal one. */
const LARGE: f32 = 16;

const SIXTH = memory.data<f32>([0.16666667, 0.16666667, 0.16666667, 0.16666667], 16);
const TAIL = memory.data<f32>([72, 72, 72, 72], 16);

class Poisson {
  /**
   * Cornish and Fisher's expansion of the quantile, with ½ for continuity: its total distance from a Poisson number of
   * mean λ is 2.6e-4 at λ = 16, 9e-5 at 32, 1.1e-5 at 128.
   */
  @inline
  static large(mean: v128, normal: v128): v128 {
    const square = f32x4.mul(normal, normal);
    const root = f32x4.sqrt(mean);
    const skew = f32x4.mul(f32x4.sub(square, Vector.one()), v128.load(SIXTH));
    const cube = f32x4.mul(normal, f32x4.add(square, f32x4.add(Vector.one(), Vector.one())));
    const tail = f32x4.div(cube, f32x4.mul(root, v128.load(TAIL)));
    const value = f32x4.add(f32x4.add(mean, f32x4.mul(root, normal)), f32x4.sub(skew, tail));
    return f32x4.floor(f32x4.add(value, Vector.half()));
  }

  /** By inversion: the least k with u < P(0) + … + P(k), of a uniform u that takes 32 bits. */
  static small(mean: f32, bits: u32): f32 {
    const u = (<f64>bits + 0.5) / 4294967296;
    const x = f32x4.splat(-mean);
    let probability = <f64>f32x4.extract_lane(changetype<Exp>(0).of(x, x, x, x), 0);
    let sum = probability;
    let k = 0;
    // The sum may end a rounding below 1: a mean below LARGE never reaches 100.
    while (u >= sum && k < 100) {
      k++;
      probability *= <f64>mean / <f64>k;
      sum += probability;
    }
    return <f32>k;
  }
}

/**
 * Each of `count` values v > 0 ← scale times a Poisson number of mean v / scale, u8 rounded and clipped.
 *   Value i takes normal i, or where the mean is below 16 word i mod 4 of the block (⌊i / 4⌋, 1, 0, 0).
 */
export function poissonNoise(x: usize, count: i32, isFloat: i32, scale: f64, key0: u32, key1: u32): void {
  Words.key(key0, key1);
  const scales = f32x4.splat(<f32>scale);
  for (let done = 0; done < count; done += 4) {
    if (done % CHUNK == 0) Normals.fill(NORMALS, <u32>(done / CHUNK), 1);
    const levels = isFloat
      ? v128.load(x)
      : f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(x))));
    const means = f32x4.div(levels, scales);
    let numbers = Poisson.large(means, v128.load(NORMALS + ((<usize>(done % CHUNK)) << 2)));
    const isSmall = f32x4.lt(means, f32x4.splat(LARGE));
    if (v128.any_true(isSmall)) numbers = smallNumbers(numbers, means, done, key0, key1);
    const results = v128.bitselect(f32x4.mul(numbers, scales), levels, f32x4.gt(levels, f32x4.splat(0)));
    if (isFloat) {
      v128.store(x, results);
      x += 16;
    } else {
      const rounded = Vector.rounded(f32x4.pmin(results, Vector.white()));
      const halves = i16x8.narrow_i32x4_s(rounded, rounded);
      v128.store32_lane(x, i8x16.narrow_i16x8_u(halves, halves), 0);
      x += 4;
    }
  }
}

/** Replaces the numbers whose mean is small. */
function smallNumbers(numbers: v128, means: v128, index: i32, key0: u32, key1: u32): v128 {
  const place = BLOCK + 16;
  Philox.block(BLOCK, <u32>index >> 2, 1, 0, 0, key0, key1);
  v128.store(place, numbers);
  v128.store(place, means, 16);
  for (let at = place; at < place + 16; at += 4) {
    const mean = load<f32>(at, 16);
    if (mean > 0 && mean < LARGE) store<f32>(at, Poisson.small(mean, load<u32>(at - 16)));
  }
  return v128.load(place);
}

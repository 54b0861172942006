/** Random words in bulk: four blocks of Philox4x32-10 at a time (assembly/random.ts has the function itself). */

const ROUNDS: usize = 10;
const KEY_STEP_0: u32 = 0x9e3779b9;
const KEY_STEP_1: u32 = 0xbb67ae85;
/** The two keys of every round, each four times over. */
const KEYS = memory.data(320, 16);
// From memory and not as literals: V8 would put those together anew at every use.
const LANES = memory.data<u32>([0, 1, 2, 3], 16);
const MULTIPLIER_0 = memory.data<u32>([0xd2511f53, 0xd2511f53, 0xd2511f53, 0xd2511f53], 16);
const MULTIPLIER_1 = memory.data<u32>([0xcd9e8d57, 0xcd9e8d57, 0xcd9e8d57, 0xcd9e8d57], 16);

const SIXTEEN = memory.data(64, 16);

export class Words {
  /** Sets the key of the next calls of fill. */
  static key(key0: u32, key1: u32): void {
    for (let at = KEYS; at < KEYS + (ROUNDS << 5); at += 32) {
      v128.store(at, i32x4.splat(key0));
      v128.store(at, i32x4.splat(key1), 16);
      key0 += KEY_STEP_0;
      key1 += KEY_STEP_1;
    }
  }

  /** The upper halves of four products, of their lower two and their upper two. */
  @inline
  static high(low: v128, high: v128): v128 {
    return i32x4.shuffle(low, high, 1, 3, 5, 7);
  }

  @inline
  static low(low: v128, high: v128): v128 {
    return i32x4.shuffle(low, high, 0, 2, 4, 6);
  }

  @inline
  static mix(high: v128, word: v128, key: usize): v128 {
    return v128.xor(v128.xor(high, word), v128.load(key));
  }

  /**
   * Writes at least `count` words, a multiple of 16. Of sixteen, word 4·i + lane is the i-th of the block with counter
   * (first + lane, stream, 0, 0); the next sixteen begin four blocks on.
   */
  static fill(target: usize, count: i32, first: u32, stream: u32): void {
    const m0 = v128.load(MULTIPLIER_0);
    const m1 = v128.load(MULTIPLIER_1);
    let block = i32x4.add(i32x4.splat(first), v128.load(LANES));
    // Two words of a counter are 0 and one is the same for all, so half of the first two rounds is done once.
    const firstA = v128.xor(i32x4.splat(stream), v128.load(KEYS));
    const firstLow = i64x2.extmul_low_i32x4_u(firstA, m0);
    const firstHigh = i64x2.extmul_high_i32x4_u(firstA, m0);
    const secondC = v128.xor(Words.high(firstLow, firstHigh), v128.load(KEYS, 48));
    const secondD = Words.low(firstLow, firstHigh);
    for (const end = target + ((<usize>count) << 2); target < end; target += 64) {
      let low = i64x2.extmul_low_i32x4_u(block, m0);
      let high = i64x2.extmul_high_i32x4_u(block, m0);
      let c = v128.xor(Words.high(low, high), v128.load(KEYS, 16));
      let d = Words.low(low, high);
      low = i64x2.extmul_low_i32x4_u(c, m1);
      high = i64x2.extmul_high_i32x4_u(c, m1);
      let a = v128.xor(Words.high(low, high), v128.load(KEYS, 32));
      let b = Words.low(low, high);
      c = v128.xor(secondC, d);
      d = secondD;
      // Two rounds a turn: the words change places without being moved.
      for (let key = KEYS + 64; key < KEYS + (ROUNDS << 5); key += 64) {
        const low0 = i64x2.extmul_low_i32x4_u(a, m0);
        const high0 = i64x2.extmul_high_i32x4_u(a, m0);
        const low1 = i64x2.extmul_low_i32x4_u(c, m1);
        const high1 = i64x2.extmul_high_i32x4_u(c, m1);
        const nextA = Words.mix(Words.high(low1, high1), b, key);
        const nextC = Words.mix(Words.high(low0, high0), d, key + 16);
        const low2 = i64x2.extmul_low_i32x4_u(nextA, m0);
        const high2 = i64x2.extmul_high_i32x4_u(nextA, m0);
        const low3 = i64x2.extmul_low_i32x4_u(nextC, m1);
        const high3 = i64x2.extmul_high_i32x4_u(nextC, m1);
        a = Words.mix(Words.high(low3, high3), Words.low(low1, high1), key + 32);
        c = Words.mix(Words.high(low2, high2), Words.low(low0, high0), key + 48);
        b = Words.low(low3, high3);
        d = Words.low(low2, high2);
      }
      v128.store(target, a);
      v128.store(target, b, 16);
      v128.store(target, c, 32);
      v128.store(target, d, 48);
      block = i32x4.add(block, i32x4.splat(4));
    }
  }

  /** Where the sixteen words of the blocks first … first + 3 lie, as fill orders them, until the next call. */
  @inline
  static sixteen(first: u32, stream: u32): usize {
    Words.fill(SIXTEEN, 16, first, stream);
    return SIXTEEN;
  }
}

/** Random words in bulk: four blocks of Philox4x32-10 at a time (assembly/random.ts has the function itself). */

/** Words that a turn of the loop makes: four blocks of four. */
export const WORDS_A_TURN: i32 = 16;

const ROUNDS: usize = 10;
const KEY_STEP_0: u32 = 0x9e3779b9;
const KEY_STEP_1: u32 = 0xbb67ae85;
/** The two keys of every round, each four times over. */
const KEYS = memory.data(320, 16);
// From memory and not as literals: V8 would put those together anew at every use.
const LANES = memory.data<u32>([0, 1, 2, 3], 16);
const MULTIPLIER_0 = memory.data<u32>([0xd2511f53, 0xd2511f53, 0xd2511f53, 0xd2511f53], 16);
const MULTIPLIER_1 = memory.data<u32>([0xcd9e8d57, 0xcd9e8d57, 0xcd9e8d57, 0xcd9e8d57], 16);

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

  /**
   * Writes at least `count` words, a multiple of 16. Of sixteen, word 4·i + lane is the i-th of the block with counter
   * (first + lane, stream, 0, 0); the next sixteen begin four blocks on.
   */
  static fill(target: usize, count: i32, first: u32, stream: u32): void {
    const multiplier0 = v128.load(MULTIPLIER_0);
    const multiplier1 = v128.load(MULTIPLIER_1);
    let block = i32x4.add(i32x4.splat(first), v128.load(LANES));
    const streams = i32x4.splat(stream);
    for (const end = target + ((<usize>count) << 2); target < end; target += 64) {
      let a = block;
      let b = streams;
      let c = i32x4.splat(0);
      let d = c;
      for (let key = KEYS; key < KEYS + (ROUNDS << 5); key += 32) {
        const low0 = i64x2.extmul_low_i32x4_u(a, multiplier0);
        const high0 = i64x2.extmul_high_i32x4_u(a, multiplier0);
        const low1 = i64x2.extmul_low_i32x4_u(c, multiplier1);
        const high1 = i64x2.extmul_high_i32x4_u(c, multiplier1);
        a = v128.xor(v128.xor(i32x4.shuffle(low1, high1, 1, 3, 5, 7), b), v128.load(key));
        c = v128.xor(v128.xor(i32x4.shuffle(low0, high0, 1, 3, 5, 7), d), v128.load(key, 16));
        b = i32x4.shuffle(low1, high1, 0, 2, 4, 6);
        d = i32x4.shuffle(low0, high0, 0, 2, 4, 6);
      }
      v128.store(target, a);
      v128.store(target, b, 16);
      v128.store(target, c, 32);
      v128.store(target, d, 48);
      block = i32x4.add(block, i32x4.splat(4));
    }
  }
}

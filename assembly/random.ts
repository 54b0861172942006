/**
 * Random numbers as a pure function of a counter and a key: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel
 * random numbers: as easy as 1, 2, 3", SC 2011). engine/random.ts is the same function on the other side of the fence.
 */

const MULTIPLIER_0: u64 = 0xd2511f53;
const MULTIPLIER_1: u64 = 0xcd9e8d57;
/** The golden ratio and √3 − 1, added to the key from round to round. */
const KEY_STEP_0: u32 = 0x9e3779b9;
const KEY_STEP_1: u32 = 0xbb67ae85;

export class Philox {
  /** Four u32 at `target` ← the block of this counter (four u32, lowest word first) and key (two). */
  @inline
  static block(target: usize, c0: u32, c1: u32, c2: u32, c3: u32, key0: u32, key1: u32): void {
    for (let round = 0; round < 10; round++) {
      const p0 = MULTIPLIER_0 * <u64>c0;
      const p1 = MULTIPLIER_1 * <u64>c2;
      c0 = <u32>(p1 >> 32) ^ c1 ^ key0;
      c1 = <u32>p1;
      c2 = <u32>(p0 >> 32) ^ c3 ^ key1;
      c3 = <u32>p0;
      key0 += KEY_STEP_0;
      key1 += KEY_STEP_1;
    }
    store<u32>(target, c0);
    store<u32>(target, c1, 4);
    store<u32>(target, c2, 8);
    store<u32>(target, c3, 12);
  }
}

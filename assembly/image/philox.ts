/** Philox4x32-10 (assembly/random.ts), four blocks at a time: the lanes of a vector are neighbouring counters. */

// Constants stand in memory: V8 builds those of the code anew at every use.
const CONSTANTS: usize = memory.data<u32>(
  [
    0xd2511f53, 0xd2511f53, 0xd2511f53, 0xd2511f53, 0xcd9e8d57, 0xcd9e8d57, 0xcd9e8d57, 0xcd9e8d57, 0x9e3779b9,
    0x9e3779b9, 0x9e3779b9, 0x9e3779b9, 0xbb67ae85, 0xbb67ae85, 0xbb67ae85, 0xbb67ae85, 0, 1, 2, 3,
  ],
  16,
);
const RESULT: usize = memory.data(64, 16);

/** Four vectors at the address that comes back ← word 0, 1, 2, 3 of the blocks [counter + lane, c1, 0, 0]. */
export function philoxLanes(counter: u32, c1: u32, key0: u32, key1: u32): usize {
  const multiplier0 = v128.load(CONSTANTS);
  const multiplier1 = v128.load(CONSTANTS, 16);
  const step0 = v128.load(CONSTANTS, 32);
  const step1 = v128.load(CONSTANTS, 48);
  let x0 = i32x4.add(i32x4.splat(counter), v128.load(CONSTANTS, 64));
  let x1 = i32x4.splat(c1);
  let x2 = i32x4.splat(0);
  let x3 = i32x4.splat(0);
  let k0 = i32x4.splat(key0);
  let k1 = i32x4.splat(key1);
  for (let round = 0; round < 10; round++) {
    const low0 = i64x2.extmul_low_i32x4_u(x0, multiplier0);
    const high0 = i64x2.extmul_high_i32x4_u(x0, multiplier0);
    const low1 = i64x2.extmul_low_i32x4_u(x2, multiplier1);
    const high1 = i64x2.extmul_high_i32x4_u(x2, multiplier1);
    x0 = v128.xor(v128.xor(i32x4.shuffle(low1, high1, 1, 3, 5, 7), x1), k0);
    x1 = i32x4.shuffle(low1, high1, 0, 2, 4, 6);
    x2 = v128.xor(v128.xor(i32x4.shuffle(low0, high0, 1, 3, 5, 7), x3), k1);
    x3 = i32x4.shuffle(low0, high0, 0, 2, 4, 6);
    k0 = i32x4.add(k0, step0);
    k1 = i32x4.add(k1, step1);
  }
  v128.store(RESULT, x0);
  v128.store(RESULT, x1, 16);
  v128.store(RESULT, x2, 32);
  v128.store(RESULT, x3, 48);
  return RESULT;
}

/**
 * A WebAssembly module, written byte by byte, that does nothing but multiply and add in registers: what a core can give,
 * against which kernels are held. `run(n: i32) → f32` makes `n` rounds of the products that `flopsPerRound` counts.
 */

export interface PeakModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly flopsPerRound: number;
}

const LANES = 4;
/** Rounds are unrolled, so that counting and jumping do not show. */
const UNROLL = 8;

const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;

const localGet = (index: number) => [0x20, index];
const localSet = (index: number) => [0x21, index];
const f32Const = (value: number) => [0x43, ...new Uint8Array(new Float32Array([value]).buffer)];
const simd = (opcode: number) => (opcode < 0x80 ? [0xfd, opcode] : [0xfd, (opcode & 0x7f) | 0x80, opcode >> 7]);
const splat = simd(0x13);
const extractFirst = [...simd(0x1f), 0];
const add = simd(0xe4);
const multiply = simd(0xe6);
const relaxedMadd = simd(0x105);
const loadAt = (offset: number) => [...simd(0x00), 4, ...unsigned(offset)];

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

const section = (id: number, content: readonly number[]) => [id, ...unsigned(content.length), ...content];

/**
 * Relaxed: twelve accumulators, each y = a·b + y by one instruction. Baseline: ten, as product and sum apart need a
 * register more; one factor is loaded, as compilers would otherwise find that the product never changes and take it out
 * of the loop (two accumulators share a load, and loads have units of their own).
 */
export function peakModule(relaxed: boolean): PeakModule {
  const accumulators = relaxed ? 12 : 10;
  const [counter, a, b, w, firstAccumulator] = [0, 1, 2, 3, 4];
  const indices = Array.from({ length: accumulators }, (_, i) => i + firstAccumulator);
  const round = (turn: number) =>
    relaxed
      ? indices.flatMap((y) => [...localGet(a), ...localGet(b), ...localGet(y), ...relaxedMadd, ...localSet(y)])
      : indices.flatMap((y, i) => [
          ...(i % 2 === 0 ? [0x41, 0, ...loadAt(16 * (turn * (accumulators / 2) + i / 2)), ...localSet(w)] : []),
          ...[...localGet(y), ...localGet(i % 2 === 0 ? a : b), ...localGet(w), ...multiply, ...add, ...localSet(y)],
        ]);
  const body = [
    ...[1, accumulators + 3, V128],
    ...[a, b, ...indices].flatMap((index) => [...f32Const(index / 1024), ...splat, ...localSet(index)]),
    ...[0x03, 0x40], // loop
    ...Array.from({ length: UNROLL }, (_, turn) => round(turn)).flat(),
    ...[...localGet(counter), 0x41, UNROLL, 0x6b, 0x22, counter, 0x41, 0, 0x4a, 0x0d, 0], // br_if ((counter -= 8) > 0)
    0x0b,
    ...indices.flatMap((y, i) => (i === 0 ? localGet(y) : [...localGet(y), ...add])),
    ...[...extractFirst, 0x0b],
  ];
  const factors = new Uint8Array(new Float32Array(UNROLL * accumulators * (LANES / 2)).fill(1 / 1024).buffer);
  const bytes = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, I32, 1, F32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]), // one page of memory
    ...section(7, [1, 3, ...new TextEncoder().encode('run'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
    ...section(11, [1, 0, 0x41, 0, 0x0b, ...unsigned(factors.length), ...factors]), // at address 0
  ]);
  return { bytes, flopsPerRound: 2 * LANES * accumulators };
}

/** What the host's WebAssembly knows, found out by asking it: for the loaders of worker and page. */

/**
 * The smallest module that has one instruction: `() → v128` of three splats and `opcode`. A host that validates it
 * knows the proposal. Validating bytes is allowed in a worker, where compiling them is not, and in a page it saves
 * fetching a build that cannot run.
 */
function knows(...opcode: readonly number[]): boolean {
  const splat = [0x41, 0x00, 0xfd, 0x0f]; // i32.const 0, i8x16.splat
  const body = [0x00, ...splat, ...splat, ...splat, 0xfd, ...opcode, 0x0b];
  const module = [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // "\0asm", version 1
    [0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // one type: () → v128
    [0x03, 0x02, 0x01, 0x00], // one function of it
    [0x0a, body.length + 2, 0x01, body.length, ...body],
  ];
  return WebAssembly.validate(Uint8Array.from(module.flat()));
}

/** v128.bitselect takes three vectors, as relaxed_madd does. */
export const hasSimd = (): boolean => knows(0x52);
/** f32x4.relaxed_madd. */
export const hasRelaxedSimd = (): boolean => knows(0x85, 0x02);

/** What the browser can do, found out by asking it: which build of the kernels runs, and on which engine. */

/**
 * The smallest module that has one instruction: `() → v128` of three splats and `opcode`. A browser that validates it
 * knows the proposal, and only the build that it can run is fetched.
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

/** An entry of `navigator.userAgentData.brands`. */
export interface Brand {
  readonly brand: string;
  readonly version: string;
}

/** Major version of V8: a tenth of Chromium's. Undefined in other browsers, and where a page is not told (plain HTTP). */
export function v8Version(brands: readonly Brand[]): number | undefined {
  const chromium = brands.find(({ brand }) => brand === 'Chromium');
  const major = Number.parseInt(chromium?.version ?? '', 10);
  return Number.isNaN(major) ? undefined : Math.floor(major / 10);
}

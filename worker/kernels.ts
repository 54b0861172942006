/** The worker's loader of kernels; scripts/kernels.ts and page/kernels.ts are the others. */
import { capabilitiesOf } from '../engine/capabilities.ts';
import type { KernelSource } from '../engine/kernels.ts';

/**
 * Major version of V8 in the oldest workerd that this worker's compatibility date runs on. A worker cannot ask for it, and
 * production is never older.
 */
const WORKERD_V8 = 14;

/**
 * A module of one function, `() → v128`: three splats and f32x4.relaxed_madd. Compiling from bytes is forbidden in a
 * worker, validating is not.
 */
const relaxedProbe = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // "\0asm", version 1
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // one type: () → v128
  ...[0x03, 0x02, 0x01, 0x00], // one function of it
  ...[0x0a, 0x13, 0x01, 0x11, 0x00], // one body of 17 bytes, no locals
  ...[0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f], // i32.const 0, i8x16.splat, three times
  ...[0xfd, 0x85, 0x02, 0x0b], // f32x4.relaxed_madd, end
]);

/** The relaxed build where this host knows its instructions, else the baseline one. */
export function chooseKernels(modules: {
  readonly baseline: WebAssembly.Module;
  readonly relaxed: WebAssembly.Module;
}): KernelSource {
  const relaxed = WebAssembly.validate(relaxedProbe);
  return {
    module: relaxed ? modules.relaxed : modules.baseline,
    capabilities: capabilitiesOf(relaxed, WORKERD_V8),
  };
}

/** The command line's loader of kernels; worker/kernels.ts and page/kernels.ts are the others. */
import { readFileSync } from 'node:fs';
import { capabilitiesOf } from '../engine/capabilities.ts';
import { EngineError } from '../engine/errors.ts';
import { type ImageKernels, instantiateImageKernels } from '../engine/image/kernels.ts';
import type { KernelSource } from '../engine/kernels.ts';

export type SimdChoice = 'auto' | 'baseline' | 'relaxed';
export const simdChoices: readonly SimdChoice[] = ['auto', 'baseline', 'relaxed'];

const read = (name: string): Uint8Array<ArrayBuffer> => {
  const url = new URL(`../build/${name}.wasm`, import.meta.url);
  try {
    return readFileSync(url);
  } catch {
    throw new EngineError('unavailable', `build/${name}.wasm is not there: run "npm run build"`);
  }
};

/** The major version of this Node's V8, which decides how many rows a tile keeps in registers. */
const v8Version = Number.parseInt(process.versions.v8, 10);

/**
 * Compiles a build of the kernels: with `auto` the relaxed one wherever this Node validates it.
 * @throws EngineError `unavailable` where `relaxed` is asked of a Node that has none, or the build is missing
 */
export function loadKernels(build: 'inference' | 'training', simd: SimdChoice = 'auto'): KernelSource {
  if (simd !== 'baseline') {
    const bytes = read(`${build}.relaxed`);
    if (WebAssembly.validate(bytes)) {
      return { module: new WebAssembly.Module(bytes), capabilities: capabilitiesOf(true, v8Version) };
    }
    if (simd === 'relaxed')
      throw new EngineError('unavailable', 'this Node does not know relaxed SIMD: use --simd baseline');
  }
  return { module: new WebAssembly.Module(read(build)), capabilities: capabilitiesOf(false, v8Version) };
}

/** Kernels for pictures: one build, whatever the host has. @throws EngineError `unavailable` where it is missing */
export function loadImageKernels(): ImageKernels {
  return instantiateImageKernels(new WebAssembly.Module(read('image')));
}

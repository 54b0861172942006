/** The browser's loader of kernels; worker/kernels.ts and scripts/kernels.ts are the others. */

import relaxedUrl from '../build/inference.relaxed.wasm';
import baselineUrl from '../build/inference.wasm';
import { capabilitiesOf } from '../engine/capabilities.ts';
import { EngineError } from '../engine/errors.ts';
import type { KernelSource } from '../engine/kernels.ts';
import { hasRelaxedSimd } from '../engine/simd-probe.ts';
import { type Brand, v8Version } from './browser-features.ts';

/** The kernels that answer. @throws as `fetchKernels` */
export const loadKernels = (): Promise<KernelSource> => fetchKernels({ baseline: baselineUrl, relaxed: relaxedUrl });

/**
 * Fetches and compiles the build that this browser can run.
 * @throws EngineError `unavailable` where the file cannot be had; a browser without `hasSimd` fails to compile it
 */
export async function fetchKernels(urls: {
  readonly baseline: string;
  readonly relaxed: string;
}): Promise<KernelSource> {
  const relaxed = hasRelaxedSimd();
  const url = urls[relaxed ? 'relaxed' : 'baseline'];
  const response = await fetch(url);
  if (!response.ok)
    throw new EngineError('unavailable', `${url}: expected a WebAssembly module, got ${response.status}`);
  const module = await WebAssembly.compile(await response.arrayBuffer());
  return {
    module,
    capabilities: capabilitiesOf(relaxed, v8Version((navigator as Navigator & Brands).userAgentData?.brands ?? [])),
  };
}

/** Not in TypeScript's library, since only Chromium has it. */
interface Brands {
  readonly userAgentData?: { readonly brands: readonly Brand[] };
}

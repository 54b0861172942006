/** The worker's loader of kernels; scripts/kernels.ts and page/kernels.ts are the others. */
import { capabilitiesOf } from '../engine/capabilities.ts';
import type { KernelSource } from '../engine/kernels.ts';
import { hasRelaxedSimd } from '../engine/simd-probe.ts';

/**
 * Major version of V8 in the oldest workerd that this worker's compatibility date runs on. A worker cannot ask for it, and
 * production is never older.
 */
const WORKERD_V8 = 14;

/** The relaxed build where this host knows its instructions, else the baseline one. */
export function chooseKernels(modules: {
  readonly baseline: WebAssembly.Module;
  readonly relaxed: WebAssembly.Module;
}): KernelSource {
  const relaxed = hasRelaxedSimd();
  return {
    module: relaxed ? modules.relaxed : modules.baseline,
    capabilities: capabilitiesOf(relaxed, WORKERD_V8),
  };
}

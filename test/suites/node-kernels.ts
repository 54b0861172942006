/** The builds that this Node can run, for tests that run in Node. */
import type { KernelSource } from '../../engine/kernels.ts';
import { loadKernels, type SimdChoice } from '../../scripts/kernels.ts';

/** The training build with and, where this Node validates it, without rounding between product and sum. */
export const trainingBuilds: readonly { readonly label: string; readonly source: KernelSource }[] = (
  ['baseline', 'relaxed'] as const
).flatMap((label: SimdChoice) => {
  const source = loadKernels('training', label === 'relaxed' ? 'auto' : 'baseline');
  return label === 'relaxed' && !source.capabilities.relaxed ? [] : [{ label, source }];
});

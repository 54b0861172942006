/** The kernels that know gradients, too: fetched when somebody first asks why. */
import relaxedUrl from '../../build/training.relaxed.wasm';
import baselineUrl from '../../build/training.wasm';
import type { KernelSource } from '../../engine/kernels.ts';
import { fetchKernels } from '../kernels.ts';

/** @throws EngineError `unavailable` where the file cannot be had */
export const loadTrainingKernels = (): Promise<KernelSource> =>
  fetchKernels({ baseline: baselineUrl, relaxed: relaxedUrl });

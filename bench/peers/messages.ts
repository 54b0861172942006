/** What is said between the referee (child.ts) and a contestant's process (process.ts). */
import type { SimdChoice } from '../../scripts/kernels.ts';

export type Request =
  | { readonly kind: 'load'; readonly folder: string; readonly simd: SimdChoice }
  | { readonly kind: 'run'; readonly times: number };

/** Milliseconds of one run, the mean over those of a sample. */
export interface Sample {
  readonly cpuMs: number;
  readonly wallMs: number;
}

export interface Ran {
  readonly kind: 'ran';
  readonly sample: Sample;
  readonly output: Float32Array;
  readonly memoryBytes: number | undefined;
}

export type Reply = { readonly kind: 'loaded' } | Ran | { readonly kind: 'failed'; readonly message: string };

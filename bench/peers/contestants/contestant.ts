/** What a contestant is: it loads a prepared model and runs it, on one thread, until the output is in JavaScript's hands. */
import type { SimdChoice } from '../../../scripts/kernels.ts';

export interface Contestant {
  /** @param folder a prepared model (prepared.ts) */
  load(folder: string, options: LoadOptions): Promise<Runner>;
}

export interface LoadOptions {
  /** Of our kernels; peers have one build. */
  readonly simd: SimdChoice;
}

export interface Runner {
  /** Runs the model so many times on the same picture. @returns the last output */
  run(times: number): Promise<Float32Array>;
  /** Bytes of WebAssembly memory; undefined where there is none. */
  memoryBytes?(): number;
  /** CPU milliseconds spent so far, where they are not those of this process. */
  cpuMs?(): number;
  close?(): Promise<void>;
}

/** The compiled kernels for pictures, instantiated from the module that one of the loaders hands over. */
import type { instantiate } from '../../build/image.js';
import { EngineError } from '../errors.ts';

type Exports = Awaited<ReturnType<typeof instantiate>>;

/** One instance: a linear memory of its own, free from `heapBase` on, and the functions that work on it. */
export interface ImageKernels {
  readonly memory: WebAssembly.Memory;
  readonly heapBase: number;
  readonly call: Omit<Exports, 'memory' | 'heapBase'>;
  /** Makes at least `bytes` bytes addressable. Views of the memory made before are dead afterwards. */
  reserve(bytes: number): void;
}

const PAGE_BYTES = 65_536;

/**
 * Instantiates build/image.wasm.
 * @throws EngineError `limit-exceeded` from `reserve`, where the host gives no more memory
 */
export function instantiateImageKernels(module: WebAssembly.Module): ImageKernels {
  const exports = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
  const { memory } = exports;
  return {
    memory,
    heapBase: exports.heapBase(),
    call: exports,
    reserve(bytes) {
      const missing = bytes - memory.buffer.byteLength;
      if (missing <= 0) return;
      try {
        memory.grow(Math.ceil(missing / PAGE_BYTES));
      } catch {
        throw new EngineError('limit-exceeded', `no memory: ${bytes} bytes are needed, the host gave none`);
      }
    },
  };
}

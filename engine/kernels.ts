/**
 * The compiled kernels, as one of the three loaders (worker, scripts, page) hands them over. The engine never fetches or
 * compiles anything: it is given a module and what the host can do, and instantiates the module once per session.
 */
import type { instantiate } from '../build/training.js';
import { EngineError } from './errors.ts';
import type { DotPath } from './quantization/sizes.ts';

/** What the host's WebAssembly can do: with the shapes, all that the choice of algorithms depends on (MODEL §3). */
export interface Capabilities {
  /** The module is the relaxed SIMD build: `relaxed_madd` may fuse. */
  readonly relaxed: boolean;
  /** Which dot product of bytes is exact; 0: none, those of sixteen bits are used. Results have the same bits on each. */
  readonly dot8: DotPath;
  /** Output rows that a GEMM tile keeps in registers: 4, 5 or 6. */
  readonly rowsPerTile: number;
}

/** What a loader knows; the kernels themselves are asked for the rest, unless it is said here. */
export type HostCapabilities = Omit<Capabilities, 'dot8'> & Partial<Pick<Capabilities, 'dot8'>>;

/** A module and the capabilities it runs with. */
export interface KernelSource {
  readonly module: WebAssembly.Module;
  readonly capabilities: HostCapabilities;
}

type Exports = Awaited<ReturnType<typeof instantiate>>;

/** Every exported kernel; `training` has all of `inference`, so its names are the union. */
export type KernelName = {
  [Name in keyof Exports]: Exports[Name] extends (...args: never[]) => unknown ? Name : never;
}[keyof Exports];

/** One instance: a linear memory of its own and the functions that work on it. */
export interface Kernels {
  readonly capabilities: Capabilities;
  readonly memory: WebAssembly.Memory;
  /** First byte that is free for the caller. */
  readonly heapBase: number;
  /** @throws EngineError `unavailable` where the build lacks the kernel (a backward kernel in the inference build) */
  function(name: KernelName): (...args: number[]) => unknown;
  /** Makes at least `bytes` bytes addressable. Views of the memory made before are dead afterwards. */
  reserve(bytes: number): void;
}

const PAGE_BYTES = 65_536;
const MAX_BYTES = 4 * 1024 ** 3 - PAGE_BYTES;

/**
 * Instantiates the kernels with a fresh memory.
 * @throws EngineError `unavailable` from `function` and `limit-exceeded` from `reserve`
 */
export function instantiateKernels({ module, capabilities }: KernelSource): Kernels {
  const { exports } = new WebAssembly.Instance(module, {});
  const memory = exports.memory as WebAssembly.Memory;
  const dot8 = capabilities.dot8 ?? (exports.probeDot as (() => DotPath) | undefined)?.() ?? 0;
  return {
    capabilities: { ...capabilities, dot8 },
    memory,
    heapBase: (exports.heapBase as () => number)(),
    function(name) {
      const kernel = exports[name];
      if (typeof kernel !== 'function') throw new EngineError('unavailable', `this build has no kernel "${name}"`);
      return kernel as (...args: number[]) => unknown;
    },
    reserve(bytes) {
      const missing = bytes - memory.buffer.byteLength;
      if (missing <= 0) return;
      if (bytes > MAX_BYTES) {
        throw new EngineError('limit-exceeded', `${bytes} bytes of memory are needed, WebAssembly has ${MAX_BYTES}`);
      }
      try {
        memory.grow(Math.ceil(missing / PAGE_BYTES));
      } catch {
        throw new EngineError('limit-exceeded', `no memory: ${bytes} bytes are needed, the host gave none`);
      }
    },
  };
}

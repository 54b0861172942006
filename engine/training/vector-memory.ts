/**
 * A linear memory that begins with vectors as long as the weights: weights, gradient, an optimiser's sums. What works on
 * them in one thread shares it, so that no vector is copied from step to step: ShardTrainer puts its arena behind them.
 */
import { instantiateKernels, type KernelSource, type Kernels } from '../kernels.ts';
import { alignUp } from '../memory.ts';
import type { WeightVector } from './weight-vector.ts';

export class VectorMemory {
  readonly kernels: Kernels;
  readonly vector: WeightVector;
  private readonly addresses = new Map<string, number>();
  private isSealed = false;

  constructor(vector: WeightVector, source: KernelSource) {
    this.vector = vector;
    this.kernels = instantiateKernels(source);
  }

  /** Where a vector of this name begins: placed, and zero, at its first mention. */
  address(name: string): number {
    const known = this.addresses.get(name);
    if (known !== undefined) return known;
    if (this.isSealed) throw new Error(`the vector "${name}" comes after the memory behind the vectors was given away`);
    const address = this.end;
    this.addresses.set(name, address);
    this.kernels.reserve(this.end);
    return address;
  }

  /** A vector in place; the view is dead once the memory has grown. */
  floats(name: string): Float32Array {
    return new Float32Array(this.kernels.memory.buffer, this.address(name), this.vector.length);
  }

  /** First byte behind the vectors, of which there are no more from now on. */
  seal(): number {
    this.isSealed = true;
    return this.end;
  }

  private get end(): number {
    return this.kernels.heapBase + this.addresses.size * alignUp(4 * this.vector.length);
  }
}

/**
 * Optimisers over the weight vector, in a memory of their own: [weights | summed gradient | one shard's gradient | state].
 * An optimiser is an entry in the registry below; the arithmetic is in assembly/optimizer.ts.
 */
import { instantiateKernels, type KernelName, type KernelSource, type Kernels } from '../kernels.ts';
import { alignUp } from '../memory.ts';
import type { VectorEntry, WeightVector } from './weight-vector.ts';

interface Update {
  readonly w: number;
  readonly g: number;
  /** Addresses of the state vectors' parts. */
  readonly state: readonly number[];
  readonly n: number;
  readonly lr: number;
  readonly weightDecay: number;
  /** Updates made, this one included. */
  readonly step: number;
}

interface Definition {
  /** State vectors, each as long as the weights. */
  readonly state: readonly string[];
  readonly learningRate: number;
  readonly kernel: KernelName;
  args(update: Update): readonly number[];
}

const MOMENTUM = 0.9;
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** β^n by repeated squaring: products alone, so that every machine gets the same bits. */
function power(base: number, exponent: number): number {
  let result = 1;
  for (let square = base, left = exponent; left > 0; square *= square, left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
  }
  return result;
}

const adam = (decoupled: 0 | 1): Definition => ({
  state: ['firstMoment', 'secondMoment'],
  learningRate: 0.002,
  kernel: 'adamUpdate',
  args: ({ w, g, state: [m, v], n, lr, weightDecay, step }) => {
    const corrections = [1 - power(BETA1, step), 1 - power(BETA2, step)];
    return [w, g, m as number, v as number, n, lr, BETA1, BETA2, EPSILON, ...corrections, weightDecay, decoupled];
  },
});

export const optimizers = {
  /** SGD with momentum 0.9 (Polyak). */
  sgd: {
    state: ['velocity'],
    learningRate: 0.05,
    kernel: 'sgdUpdate',
    args: ({ w, g, state: [velocity], n, lr, weightDecay }) => [
      w,
      g,
      velocity as number,
      n,
      lr,
      MOMENTUM,
      weightDecay,
      0,
    ],
  },
  /** Adam (Kingma and Ba, 2015); weight decay is added to the gradient. */
  adam: adam(0),
  /** AdamW (Loshchilov and Hutter, 2019): weight decay apart from the moments. */
  adamw: adam(1),
} satisfies Record<string, Definition>;

export type OptimizerName = keyof typeof optimizers;

/** How far running statistics move towards a shard's (PyTorch's momentum). */
const RUNNING_RATE = 0.1;

export interface OptimizerOptions {
  readonly name: OptimizerName;
  readonly weightDecay: number;
}

export class Optimizer {
  private readonly definition: Definition;
  private readonly vector: WeightVector;
  private readonly weightDecay: number;
  private readonly kernels: Kernels;
  private readonly vectorBytes: number;
  private shards = 0;
  /** Updates made. */
  step = 0;

  constructor(vector: WeightVector, options: OptimizerOptions, source: KernelSource) {
    this.definition = optimizers[options.name];
    this.vector = vector;
    this.weightDecay = options.weightDecay;
    this.kernels = instantiateKernels(source);
    this.vectorBytes = alignUp(4 * vector.length);
    this.kernels.reserve(this.address(3 + this.definition.state.length));
  }

  /** The weights, in place; a view that stays valid. */
  get weights(): Float32Array {
    return this.floats(0);
  }

  /** The state vectors by name, in place: what a checkpoint has to keep beside weights and step. */
  get state(): Readonly<Record<string, Float32Array>> {
    return Object.fromEntries(this.definition.state.map((name, index) => [name, this.floats(3 + index)]));
  }

  /** Adds a shard's gradient to the batch's. Shards must come in their order: sums of floats depend on it. */
  add(gradient: Float32Array): void {
    this.floats(2).set(gradient);
    const learned = 4 * this.vector.learnedLength;
    if (this.shards === 0) this.run('copyBytes', this.address(1), this.address(2), learned);
    else this.run('accumulate', this.address(1), this.address(2), this.vector.learnedLength);
    const running = this.vector.length - this.vector.learnedLength;
    if (running > 0) {
      this.run('moveTowards', this.address(0) + learned, this.address(2) + learned, running, RUNNING_RATE);
    }
    this.shards++;
  }

  /** Updates the weights by the sum of the gradients added since the last update. */
  update(lr: number): void {
    this.shards = 0;
    this.step++;
    for (const entry of this.vector.entries) {
      if (entry.update !== 'running')
        this.run(this.definition.kernel, ...this.definition.args(this.updateOf(entry, lr)));
    }
  }

  private updateOf({ offset, length, decay }: VectorEntry, lr: number): Update {
    const part = (index: number) => this.address(index) + 4 * offset;
    return {
      w: part(0),
      g: part(1),
      state: this.definition.state.map((_, index) => part(3 + index)),
      n: length,
      lr,
      weightDecay: decay ? this.weightDecay : 0,
      step: this.step,
    };
  }

  /** Address of the n-th vector: weights, sum, incoming, state. */
  private address(index: number): number {
    return this.kernels.heapBase + index * this.vectorBytes;
  }

  private floats(index: number): Float32Array {
    return new Float32Array(this.kernels.memory.buffer, this.address(index), this.vector.length);
  }

  private run(kernel: KernelName, ...args: readonly number[]): void {
    this.kernels.function(kernel)(...args);
  }
}

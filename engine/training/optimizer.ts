/**
 * Optimisers over the weight vector, in the memory of the trainer beside them: weights, summed gradient, state. An optimiser is an entry in the registry below; the arithmetic is in assembly/optimizer.ts.
 */
import type { KernelName } from '../kernels.ts';
import { GRADIENT, WEIGHTS } from './shard-trainer.ts';
import type { VectorMemory } from './vector-memory.ts';
import type { VectorEntry } from './weight-vector.ts';

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

/** The sum of a batch's gradients, and one that came from another memory. */
const SUM = 'summed gradient';
const FOREIGN = 'foreign gradient';

export class Optimizer {
  private readonly definition: Definition;
  private readonly memory: VectorMemory;
  private readonly weightDecay: number;
  private shards = 0;
  /** Updates made. */
  step = 0;

  constructor(memory: VectorMemory, options: OptimizerOptions) {
    this.definition = optimizers[options.name];
    this.memory = memory;
    this.weightDecay = options.weightDecay;
    for (const name of [WEIGHTS, GRADIENT, SUM, FOREIGN, ...this.definition.state]) memory.address(name);
  }

  /** The weights, in place. */
  get weights(): Float32Array {
    return this.memory.floats(WEIGHTS);
  }

  /** The state vectors by name, in place: what a checkpoint has to keep beside weights and step. */
  get state(): Readonly<Record<string, Float32Array>> {
    return Object.fromEntries(this.definition.state.map((name) => [name, this.memory.floats(name)]));
  }

  /**
   * Adds a shard's gradient to the batch's: the one that the trainer beside it has just left, or one from elsewhere.
   * Shards must come in their order: sums of floats depend on it.
   */
  add(gradient?: Float32Array): void {
    if (gradient) this.memory.floats(FOREIGN).set(gradient);
    const source = this.memory.address(gradient ? FOREIGN : GRADIENT);
    const { learnedLength, length } = this.memory.vector;
    const sum = this.memory.address(SUM);
    if (this.shards === 0) this.run('copyBytes', sum, source, 4 * learnedLength);
    else this.run('accumulate', sum, source, learnedLength);
    const running = length - learnedLength;
    if (running > 0) {
      const statistics = this.memory.address(WEIGHTS) + 4 * learnedLength;
      this.run('moveTowards', statistics, source + 4 * learnedLength, running, RUNNING_RATE);
    }
    this.shards++;
  }

  /** Updates the weights by the sum of the gradients added since the last update. */
  update(lr: number): void {
    this.shards = 0;
    this.step++;
    for (const entry of this.memory.vector.entries) {
      if (entry.update !== 'running')
        this.run(this.definition.kernel, ...this.definition.args(this.updateOf(entry, lr)));
    }
  }

  private updateOf({ offset, length, decay }: VectorEntry, lr: number): Update {
    const part = (name: string) => this.memory.address(name) + 4 * offset;
    return {
      w: part(WEIGHTS),
      g: part(SUM),
      state: this.definition.state.map(part),
      n: length,
      lr,
      weightDecay: decay ? this.weightDecay : 0,
      step: this.step,
    };
  }

  private run(kernel: KernelName, ...args: readonly number[]): void {
    this.memory.kernels.function(kernel)(...args);
  }
}

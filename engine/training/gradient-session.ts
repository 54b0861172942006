/**
 * Derivatives of a frozen network: a linear memory with packed weights and an arena, as a session's, for runs forward and
 * back. What asks a model why (explain) uses it; training has shard-trainer.ts.
 */
import { EngineError } from '../errors.ts';
import { instantiateKernels, type KernelSource, type Kernels } from '../kernels.ts';
import { optimizeForGradient, type Program } from '../passes/index.ts';
import {
  bind,
  type Executable,
  execute,
  loadResidents,
  makePlan,
  type Plan,
  placeResidents,
  stagingEnd,
} from '../plan.ts';
import { dequantized } from '../quantization/quantization.ts';
import { elementCount, type Tensor } from '../tensor.ts';
import { type LoweredGradient, lowerInputGradient } from './input-gradient.ts';

export class GradientSession {
  /** Bytes of memory that it takes. */
  readonly bytes: number;
  private readonly kernels: Kernels;
  private readonly lowered: LoweredGradient;
  private readonly plan: Plan;
  private readonly executable: Executable;

  /**
   * @param program one picture, one output, which depends on the first input; weights of eight bits count as what they stand for
   * @param source the training build
   * @throws EngineError `no-gradient`, `shape-mismatch`; `limit-exceeded` above `maxBytes`, before anything is allocated
   */
  constructor(program: Program, source: KernelSource, maxBytes = Number.POSITIVE_INFINITY) {
    const { graph, tensors } = optimizeForGradient(program);
    this.kernels = instantiateKernels(source);
    this.lowered = lowerInputGradient(graph, this.kernels.capabilities);
    const residents = placeResidents([this.lowered], this.kernels.heapBase);
    this.plan = makePlan(this.lowered, residents.addresses, residents.endBytes);
    this.bytes = Math.max(this.plan.endBytes, stagingEnd(this.lowered.packs, residents.endBytes));
    if (this.bytes > maxBytes) {
      throw new EngineError(
        'limit-exceeded',
        `the gradient needs ${this.bytes} bytes, at most ${maxBytes} are allowed`,
      );
    }
    this.kernels.reserve(this.bytes);
    loadResidents(residents, [this.lowered], this.kernels, (name) => floats(tensors.get(name)));
    this.executable = bind(this.plan.calls, this.kernels);
  }

  /**
   * The derivative of the mean of some elements of the output by the first input, in that input's shape.
   * @param inputs by name
   * @param elements their places in the output, each once
   */
  run(inputs: Readonly<Record<string, Float32Array>>, elements: readonly number[]): Float32Array {
    for (const [name, { region, shape }] of this.lowered.inputs) {
      this.floats(region, elementCount(shape)).set(inputs[name] as Float32Array);
    }
    const { seed, gradient } = this.lowered;
    const seeds = this.floats(seed.region, elementCount(seed.shape)).fill(0);
    for (const element of elements) seeds[element] = 1 / elements.length;
    execute(this.executable);
    return this.floats(gradient.region, elementCount(gradient.shape)).slice();
  }

  private floats(region: LoweredGradient['seed']['region'], length: number): Float32Array {
    return new Float32Array(this.kernels.memory.buffer, this.plan.address(region), length);
  }
}

/** A weight as f32, worked out afresh: the model keeps its levels alone. */
const floats = (tensor: Tensor | undefined): Tensor | undefined =>
  tensor?.eightBit ? { shape: tensor.shape, data: dequantized(tensor.eightBit) } : tensor;

/** The weights of a graph under construction: each kept once, however many nodes read it. */
import { EngineError } from '../../errors.ts';
import { excerpt } from '../../json.ts';
import { formatShape, type Tensor } from '../../tensor.ts';
import { onnxLimits } from './limits.ts';
import { type Constant, isFloat } from './tensor.ts';
import { UnsupportedModel } from './unsupported.ts';

export class Weights {
  readonly tensors = new Map<string, Tensor>();
  private readonly names = new Map<Tensor, string>();
  /** By the numbers, not by the constant: a Reshape of it has the same. */
  private readonly derived = new Map<Constant['data'], Map<string, Tensor>>();
  private derivedElements = 0;

  /**
   * Numbers derived from a constant's, made once a key: nodes that share an initializer share their weights. The key
   * tells all that the result depends on beside the numbers.
   */
  derive({ data, type }: Constant, key: string, make: () => Tensor): Tensor {
    if (!isFloat(type)) throw new UnsupportedModel('element type', `it combines a run-time value with ${type}`);
    const byKey = this.derived.get(data) ?? new Map<string, Tensor>();
    this.derived.set(data, byKey);
    const known = byKey.get(key);
    if (known) return known;
    this.derivedElements += data.length;
    if (this.derivedElements > onnxLimits.weightElements) {
      const most = `at most ${onnxLimits.weightElements} elements are supported`;
      throw new EngineError(
        'limit-exceeded',
        `with ${this.derivedElements} elements the weights are too large, ${most}`,
      );
    }
    const tensor = make();
    byKey.set(key, tensor);
    return tensor;
  }

  /** Under which name a tensor is kept, if it is. */
  nameOf(tensor: Tensor): string | undefined {
    return this.names.get(tensor);
  }

  /**
   * Keeps a tensor under this name, unless it has one already.
   * @throws EngineError `invalid-model` where it is not finite
   */
  keep(tensor: Tensor, wanted: string): string {
    const known = this.names.get(tensor);
    if (known !== undefined) return known;
    // Levels are finite, and their scales are looked at where they are read.
    const wrong = tensor.eightBit ? -1 : tensor.data.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      const what = `element ${wrong} of ${formatShape(tensor.shape)} is ${tensor.data[wrong]}`;
      throw new EngineError('invalid-model', `constants must be finite: ${what} (${excerpt(wanted)})`);
    }
    this.names.set(tensor, wanted);
    this.tensors.set(wanted, tensor);
    return wanted;
  }
}

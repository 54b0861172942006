/** Sums of products with the errors that f32 makes in them. */
import { elementCount, type Shape } from '../../../engine/tensor.ts';
import { type Indices, tensorOf } from '../indices.ts';
import { U, type Value, withError } from './value.ts';

/** Every combination of indices of a shape. */
export function* indicesOf(shape: Shape): Generator<Indices> {
  for (let i = 0; i < elementCount(shape); i++) {
    let rest = i;
    yield shape
      .toReversed()
      .map((side) => {
        const index = rest % side;
        rest = Math.floor(rest / side);
        return index;
      })
      .reverse();
  }
}

/** A sum of products while it is added up: the number, and how far f32 may be from it. */
export class Sum {
  value = 0;
  private magnitude = 0;
  private inherited = 0;
  private terms = 0;

  add(a: number, b: number, errorOfA = 0, errorOfB = 0): void {
    this.value += a * b;
    this.magnitude += Math.abs(a * b);
    this.inherited += Math.abs(a) * errorOfB + Math.abs(b) * errorOfA + errorOfA * errorOfB;
    this.terms++;
  }

  /** `extra`: operations on each term beside its product and the sum. */
  error(extra = 0): number {
    return this.inherited + (this.terms + extra) * U * (this.magnitude + this.inherited);
  }
}

/** A tensor of sums, with the largest of their errors. */
export function sums(shape: Shape, extra: number, fill: (sum: Sum, indices: Indices) => void, scale = 1): Value {
  let error = 0;
  const y = tensorOf(shape, (indices) => {
    const sum = new Sum();
    fill(sum, indices);
    error = Math.max(error, sum.error(extra));
    return sum.value * scale;
  });
  return withError(y, error * scale);
}

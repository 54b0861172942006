/** Two tensors stretched to a common shape, element by element: what add, sub, mul, div, pow, max and min share. */
import type { Shape } from '../../engine/tensor.ts';
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64, zeros } from './tensor64.ts';

/** Length of an axis counted from the last, which is 1; an axis that a shape has not is 1 long. */
const fromEnd = (shape: Shape, axis: number): number => (axis <= shape.length ? (shape.at(-axis) as number) : 1);

/** Aligned at the last axis; the longer of two lengths. */
export function commonShape(a: Shape, b: Shape): Shape {
  const axes = Math.max(a.length, b.length);
  return Array.from({ length: axes }, (_, i) => Math.max(fromEnd(a, axes - i), fromEnd(b, axes - i)));
}

/** Which element of a stretched tensor is element i of y. */
export function stretchedIndex(y: Shape, shape: Shape, i: number): number {
  let index = 0;
  let stride = 1;
  let rest = i;
  for (let axis = 1; axis <= y.length; axis++) {
    const length = fromEnd(y, axis);
    const own = fromEnd(shape, axis);
    if (own > 1) index += (rest % length) * stride;
    stride *= own;
    rest = Math.floor(rest / length);
  }
  return index;
}

export const elementwise =
  (f: (a: number, b: number) => number): Reference =>
  ([left, right]) => {
    const [a, b] = [left, right] as readonly [Tensor64, Tensor64];
    const y = zeros(commonShape(a.shape, b.shape));
    const of = (t: Tensor64, i: number) => t.data[stretchedIndex(y.shape, t.shape, i)] as number;
    return mapTensor(y, (_, i) => f(of(a, i), of(b, i)));
  };

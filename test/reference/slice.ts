/** A part of a tensor: element i along an axis is x's element start + i·step. */
import { element, tensorOf } from './indices.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

interface Attributes {
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
  readonly steps: readonly number[];
}

export const slice: Reference<Attributes> = ([x], _, { starts, sizes, steps }) => {
  const shape = (x as Tensor64).shape.map((length, axis) => {
    if (sizes[axis] !== -1) return sizes[axis] as number;
    let size = 0;
    for (let i = starts[axis]!; i >= 0 && i < length; i += steps[axis]!) size++;
    return size;
  });
  return tensorOf(shape, (indices) =>
    element(
      x as Tensor64,
      indices.map((i, axis) => starts[axis]! + i * steps[axis]!),
    ),
  );
};

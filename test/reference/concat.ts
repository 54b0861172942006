/** Tensors joined along an axis: each element is that of the input whose turn it is. */
import type { Shape } from '../../engine/tensor.ts';
import { element, tensorOf } from './indices.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

export const concat: Reference<{ readonly axis: number }> = (x, _, { axis }) => {
  const owners = x.flatMap((input) => Array.from({ length: input.shape[axis] as number }, (__, i) => ({ input, i })));
  const shape: Shape = (x[0] as Tensor64).shape.with(axis, owners.length);
  return tensorOf(shape, (indices) => {
    const { input, i } = owners[indices[axis] as number]!;
    return element(input, indices.with(axis, i));
  });
};

/** NumPy's broadcasting: aligned at the last axes, a length of 1 is read again and again. */
import type { Shape } from '../../engine/tensor.ts';
import { element, tensorOf } from './indices.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

export const expand: Reference<{ readonly shape: Shape }> = ([x], _, { shape }) => {
  const own = (x as Tensor64).shape;
  const rank = Math.max(own.length, shape.length);
  const aligned = (lengths: Shape): Shape => [...Array<number>(rank - lengths.length).fill(1), ...lengths];
  const wanted = aligned(shape);
  const y = aligned(own).map((length, axis) => Math.max(length, wanted[axis] as number));
  return tensorOf(y, (indices) =>
    element(
      x as Tensor64,
      indices.slice(rank - own.length).map((i, axis) => (own[axis] === 1 ? 0 : i)),
    ),
  );
};

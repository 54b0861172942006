/** The same numbers in the same order; −1 takes up what the other lengths leave. */
import { elementCount, type Shape } from '../../engine/tensor.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

export const reshape: Reference<{ readonly shape: Shape }> = ([x], _, { shape }) => {
  const { data } = x as Tensor64;
  const rest = data.length / Math.abs(elementCount(shape));
  return { shape: shape.map((length) => (length === -1 ? rest : length)), data };
};

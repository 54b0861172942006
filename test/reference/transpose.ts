/** The axes in another order: y[i…] = x[j…] with j[permutation[k]] = i[k]. */
import { element, tensorOf } from './indices.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

export const transpose: Reference<{ readonly permutation: readonly number[] }> = ([x], _, { permutation }) => {
  const { shape } = x as Tensor64;
  return tensorOf(
    permutation.map((axis) => shape[axis] as number),
    (indices) =>
      element(
        x as Tensor64,
        shape.map((__, axis) => indices[permutation.indexOf(axis)] as number),
      ),
  );
};

/** Picks along an axis: y's element i is x's element indices[i]. */
import { element, tensorOf } from './indices.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

export const gather: Reference<{ readonly axis: number; readonly indices: readonly number[] }> = ([x], _, a) =>
  tensorOf((x as Tensor64).shape.with(a.axis, a.indices.length), (indices) =>
    element(x as Tensor64, indices.with(a.axis, a.indices[indices[a.axis] as number] as number)),
  );

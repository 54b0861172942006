/** Values kept between two limits, of which the upper one wins. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const clip: Reference = ([x], _, { min = -Infinity, max = Infinity }) =>
  mapTensor(x as Tensor64, (value) => Math.min(Math.max(value, min), max));

/** Negative values become the start of an exponential. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const elu: Reference = ([x], _, { alpha }) =>
  mapTensor(x as Tensor64, (value) => (value > 0 ? value : alpha * Math.expm1(value)));

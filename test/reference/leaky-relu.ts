/** Negative values become smaller. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const leakyRelu: Reference = ([x], _, { alpha }) =>
  mapTensor(x as Tensor64, (value) => (value > 0 ? value : alpha * value));

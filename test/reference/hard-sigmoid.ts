/** A line, kept between 0 and 1. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const hardSigmoid: Reference = ([x], _, { alpha, beta }) =>
  mapTensor(x as Tensor64, (value) => Math.min(Math.max(alpha * value + beta, 0), 1));

/** Negative values become zero. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const relu: Reference = ([x]) => mapTensor(x as Tensor64, (value) => (value < 0 ? 0 : value));

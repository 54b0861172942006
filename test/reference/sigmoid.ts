/** The logistic function. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const sigmoid: Reference = ([x]) => mapTensor(x as Tensor64, (value) => 1 / (1 + Math.exp(-value)));

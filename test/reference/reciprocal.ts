/** One divided by the value. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const reciprocal: Reference = ([x]) => mapTensor(x as Tensor64, (value) => 1 / value);

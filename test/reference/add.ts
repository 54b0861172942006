/** The sum of two tensors, element by element. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const add: Reference = ([a, b]) => mapTensor(a as Tensor64, (value, i) => value + (b as Tensor64).data[i]!);

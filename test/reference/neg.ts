/** The other sign. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const neg: Reference = ([x]) => mapTensor(x as Tensor64, (value) => -value);

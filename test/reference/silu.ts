/** The value times its sigmoid. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const silu: Reference = ([x]) => mapTensor(x as Tensor64, (value) => value / (1 + Math.exp(-value)));

/** Numbers without their sign. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const abs: Reference = ([x]) => mapTensor(x as Tensor64, Math.abs);

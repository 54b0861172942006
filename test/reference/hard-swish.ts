/** The value times a sigmoid in straight lines. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const hardSwish: Reference = ([x]) =>
  mapTensor(x as Tensor64, (value) => value * Math.min(Math.max(value / 6 + 0.5, 0), 1));

/** The smaller of two tensors, element by element; NaN where one is NaN. */
import { elementwise } from './broadcast.ts';

export const min = elementwise(Math.min);

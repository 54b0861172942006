/** The sum of two tensors, element by element. */
import { elementwise } from './broadcast.ts';

export const add = elementwise((a, b) => a + b);

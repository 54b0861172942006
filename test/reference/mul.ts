/** The product of two tensors, element by element. */
import { elementwise } from './broadcast.ts';

export const mul = elementwise((a, b) => a * b);

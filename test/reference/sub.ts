/** The difference of two tensors, element by element. */
import { elementwise } from './broadcast.ts';

export const sub = elementwise((a, b) => a - b);

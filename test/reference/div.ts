/** The quotient of two tensors, element by element. */
import { elementwise } from './broadcast.ts';

export const div = elementwise((a, b) => a / b);

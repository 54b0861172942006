/** Powers, element by element; those of ±1 as in C, IEEE 754 and NumPy, where JavaScript says NaN. */
import { elementwise } from './broadcast.ts';

export const pow = elementwise((a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b));

/** Means over some axes. */
import { reduced, sumOf } from './reduce.ts';

export const reduceMean = reduced((values) => sumOf(values) / values.length);

/** Sums over some axes. */
import { reduced, sumOf } from './reduce.ts';

export const reduceSum = reduced(sumOf);

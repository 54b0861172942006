/** The largest values over some axes; NaN where one is NaN. */
import { reduced } from './reduce.ts';

export const reduceMax = reduced((values) => Math.max(...values));

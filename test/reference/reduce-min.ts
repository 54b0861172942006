/** The smallest values over some axes; NaN where one is NaN. */
import { reduced } from './reduce.ts';

export const reduceMin = reduced((values) => Math.min(...values));

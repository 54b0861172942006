/** How layers round that move values, or mix a few of them with fixed weights. */
import { references } from '../reference/index.ts';
import { type Case64, type Rounding, tensorOf, U } from './rounding-contract.ts';
import { slopeOfLine } from './slope.ts';

const evaluate = (c: Case64) => references[c.kind](c.x, c.w, c.attributes);

/**
 * For layers that copy: no error forward; backward, an element's gradient is the sum over its copies, which takes one
 * addition less than there are copies.
 */
export const moving: Rounding = {
  forward: (_, y) => y.data.map(() => 0),
  gradient(c, dy) {
    const magnitudes = dy.map(Math.abs);
    const ones = dy.map(() => 1);
    return (target, i) => {
      const { data } = tensorOf(c, target);
      const additions = Math.max(0, Math.round(slopeOfLine(() => evaluate(c), data, i, ones)) - 1);
      return additions * U * slopeOfLine(() => evaluate(c), data, i, magnitudes);
    };
  },
};

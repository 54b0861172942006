/** How values round that become levels and f32 again. */
import type { Tensor64 } from '../reference/tensor64.ts';
import { type Rounding, U } from './rounding-contract.ts';

/**
 * x/scale is a product with an inverse, each rounded once: where that error reaches a half, the next level is as good. What
 * comes out is a rounded product with a scale that is rounded to f32.
 */
export const fakeQuantize: Rounding = {
  forward: ({ x: [x], attributes: { scale } }, y) =>
    y.data.map((value, i) => {
      const steps = Math.abs((x as Tensor64).data[i] as number) / scale;
      const toHalf = Math.abs((steps % 1) - 0.5);
      return (toHalf <= 2.01 * U * steps ? scale : 0) + 2.01 * U * Math.abs(value);
    }),
  gradient: () => () => 0,
};

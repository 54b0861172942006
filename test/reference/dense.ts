/** A fully connected layer: each output is a weighted sum of all inputs. */
import type { Reference } from './reference.ts';
import { at, set, type Tensor64, zeros } from './tensor64.ts';

export const dense: Reference<{ readonly units: number }> = ([x], { filter, bias }, { units }) => {
  const [n, inputs] = (x as Tensor64).shape as [number, number];
  const y = zeros([n, units]);
  for (let row = 0; row < n; row++) {
    for (let o = 0; o < units; o++) {
      let sum = bias ? at(bias, o) : 0;
      for (let i = 0; i < inputs; i++) sum += at(x as Tensor64, row, i) * at(filter as Tensor64, i, o);
      set(y, sum, row, o);
    }
  }
  return y;
};

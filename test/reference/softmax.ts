/** Softmax: powers of e, divided by their sum, over the last axis. */
import type { Reference } from './reference.ts';
import { type Tensor64, zeros } from './tensor64.ts';

export const softmax: Reference = ([x]) => {
  const { shape, data } = x as Tensor64;
  const n = shape.at(-1) as number;
  const y = zeros(shape);
  for (let row = 0; row < data.length; row += n) {
    let sum = 0;
    for (let i = row; i < row + n; i++) sum += Math.exp(data[i] as number);
    for (let i = row; i < row + n; i++) y.data[i] = Math.exp(data[i] as number) / sum;
  }
  return y;
};

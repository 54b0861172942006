/** The logarithm of softmax over the last axis: each value less the logarithm of the sum of powers of e. */
import type { Reference } from './reference.ts';
import { type Tensor64, zeros } from './tensor64.ts';

export const logSoftmax: Reference = ([x]) => {
  const { shape, data } = x as Tensor64;
  const n = shape.at(-1) ?? 1;
  const y = zeros(shape);
  for (let row = 0; row < data.length; row += n) {
    const largest = Math.max(...data.subarray(row, row + n));
    let sum = 0;
    for (let i = row; i < row + n; i++) sum += Math.exp((data[i] as number) - largest);
    for (let i = row; i < row + n; i++) y.data[i] = (data[i] as number) - largest - Math.log(sum);
  }
  return y;
};

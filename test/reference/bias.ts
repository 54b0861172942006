/** A number for each channel, added to all its values. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const bias: Reference = ([x], w) => {
  const channels = (x as Tensor64).shape.at(-1) as number;
  return mapTensor(x as Tensor64, (value, i) => value + (w.bias as Tensor64).data[i % channels]!);
};

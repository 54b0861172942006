/** Negative values are multiplied by the slope of their channel. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const prelu: Reference = ([x], w) => {
  const channels = (x as Tensor64).shape.at(-1) ?? 1;
  return mapTensor(x as Tensor64, (value, i) =>
    value > 0 ? value : value * (w.slope as Tensor64).data[i % channels]!,
  );
};

/** Every channel by its own factor. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const scale: Reference = ([x], { scale: factors }) => {
  const { data } = factors as Tensor64;
  return mapTensor(x as Tensor64, (value, i) => value * data[i % data.length]!);
};

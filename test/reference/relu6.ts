/** Negative values become zero, values above six become six. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const relu6: Reference = ([x]) =>
  mapTensor(x as Tensor64, (value) => {
    if (value < 0) return 0;
    return value > 6 ? 6 : value;
  });

/** ln(1 + eˣ), as x + ln(1 + e⁻ˣ) where eˣ is large. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const softplus: Reference = ([x]) =>
  mapTensor(x as Tensor64, (value) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value))));

/** The nearest of 256 levels; halves go to the even one. */
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

export const fakeQuantize: Reference = ([x], _, { scale, zeroPoint }) =>
  mapTensor(x as Tensor64, (value) => {
    const level = Math.min(Math.max(roundHalfToEven(value / scale) + zeroPoint, 0), 255);
    return ((Number.isNaN(value) ? 0 : level) - zeroPoint) * scale;
  });

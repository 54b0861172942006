/** The value times the share of the normal distribution that lies below it, or what comes near to that. */
import { erfc64 } from './error-function.ts';
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

interface Attributes {
  readonly approximate: 'none' | 'tanh';
}

/** ½·(1 + tanh u), written so that nothing cancels. */
const tanhShare = (value: number): number =>
  1 / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3)));

const normalShare = (value: number): number => 0.5 * erfc64(-value / Math.SQRT2);

export const gelu: Reference<Attributes> = ([x], _, { approximate }) =>
  mapTensor(x as Tensor64, (value) => value * (approximate === 'tanh' ? tanhShare(value) : normalShare(value)));

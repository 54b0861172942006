/** The mean of each of as many windows as are asked for. */
import { adaptivePool2d, mean } from './pool2d.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

interface Attributes {
  readonly size: readonly [number, number];
}

export const adaptiveAveragePool2d: Reference<Attributes> = ([x], _, a) =>
  adaptivePool2d(x as Tensor64, a.size, (values) => mean(values));

/** The mean of each window's pixels within the image, or of all its taps, of which those in the padding are zeros. */
import type { WindowAttributes } from '../../engine/layers/window.ts';
import { mean, pool2d } from './pool2d.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

export const averagePool2d: Reference<WindowAttributes & { readonly countPadding: boolean }> = ([x], _, a) =>
  pool2d(x as Tensor64, a, (values, taps) => mean(values, a.countPadding ? taps : values.length));

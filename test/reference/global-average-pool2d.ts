/** The mean of each channel over the image. */
import { globalPool2d } from './global-pool2d.ts';
import { mean } from './pool2d.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

export const globalAveragePool2d: Reference = ([x]) => globalPool2d(x as Tensor64, mean);

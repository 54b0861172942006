/** The largest value of each channel over the image. */
import { globalPool2d } from './global-pool2d.ts';
import { largest } from './pool2d.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

export const globalMaxPool2d: Reference = ([x]) => globalPool2d(x as Tensor64, largest);

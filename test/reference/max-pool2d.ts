/** The largest value in each window. */
import type { WindowAttributes } from '../../engine/layers/window.ts';
import { largest, pool2d } from './pool2d.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

export const maxPool2d: Reference<WindowAttributes> = ([x], _, a) => pool2d(x as Tensor64, a, largest);

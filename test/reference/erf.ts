/** The error function. */

import { erf64 } from './error-function.ts';
import type { Reference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';
export const erf: Reference = ([x]) => mapTensor(x as Tensor64, erf64);

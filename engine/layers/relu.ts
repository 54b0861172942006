/** The rectifier (Nair and Hinton 2010): y = max(x, 0), gradient 0 at 0. Any shape; ONNX Relu. */
import { clampLayer } from './clamp.ts';

export const relu = clampLayer(0, Number.POSITIVE_INFINITY);

/** The rectifier with a ceiling (Howard et al. 2017): y = min(max(x, 0), 6). Any shape; ONNX Clip with 0 and 6. */
import { clampLayer } from './clamp.ts';

export const relu6 = clampLayer(0, 6);

/** The registry of ONNX operators: what each becomes. */
import type { Reader } from '../operation.ts';
import { activation } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { convolution } from './convolution.ts';
import { matrix } from './matrix.ts';
import { movement } from './movement.ts';
import { normalization } from './normalization.ts';
import { pad } from './pad.ts';
import { pooling } from './pooling.ts';
import { quantization } from './quantization.ts';
import { reductions } from './reduction.ts';
import { resizing } from './resize.ts';
import { shapes } from './shape.ts';

export const operators: Readonly<Record<string, Reader>> = {
  ...activation,
  ...arithmetic,
  ...convolution,
  ...matrix,
  ...movement,
  ...normalization,
  ...pooling,
  ...quantization,
  ...reductions,
  ...resizing,
  ...shapes,
  Pad: pad,
};

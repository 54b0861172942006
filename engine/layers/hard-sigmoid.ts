/**
 * A sigmoid in straight lines (Courbariaux, Bengio and David 2015): y = min(max(alpha·x + beta, 0), 1).
 *   Any shape; gradient 0 at both corners; alpha is 1/6 by default, as PyTorch has it (0.2 in ONNX HardSigmoid)
 */
import * as v from 'valibot';
import { activation, number } from './activation.ts';
import { elementwise } from './onnx.ts';

export const hardSigmoid = activation({
  attributes: v.strictObject({ alpha: number(1 / 6), beta: number(0.5) }),
  forward: ({ alpha, beta }) => ['hardSigmoid', alpha, beta],
  backward: ({ alpha }) => ['hardSigmoidBackward', 'y', alpha],
  onnx: elementwise('HardSigmoid', ({ alpha, beta }) => ({ alpha: { float: alpha }, beta: { float: beta } })),
  variants: [{}, { alpha: 0.2 }, { alpha: 0.5, beta: 0.6 }, { alpha: -0.4, beta: 0.1 }, { alpha: 0, beta: 0.3 }],
});

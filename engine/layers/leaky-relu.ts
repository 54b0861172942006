/** The leaky rectifier (Maas, Hannun and Ng 2013): y = x where x > 0, else alpha·x. Any shape; ONNX LeakyRelu. */
import * as v from 'valibot';
import { activation, number } from './activation.ts';
import { elementwise } from './onnx.ts';

export const leakyRelu = activation({
  attributes: v.strictObject({ alpha: number(0.01) }),
  forward: ({ alpha }) => ['leakyRelu', alpha],
  backward: ({ alpha }) => ['leakyReluBackward', 'x', alpha],
  onnx: elementwise('LeakyRelu', ({ alpha }) => ({ alpha: { float: alpha } })),
  variants: [{}, { alpha: 0.3 }, { alpha: -0.5 }, { alpha: 2 }],
});

/**
 * The exponential linear unit (Clevert, Unterthiner and Hochreiter 2016): y = x where x > 0, else alpha·(eˣ − 1).
 *   Any shape; gradient alpha at 0; ONNX Elu
 */
import * as v from 'valibot';
import { activation, number } from './activation.ts';
import { elementwise } from './onnx.ts';

export const elu = activation({
  attributes: v.strictObject({ alpha: number(1) }),
  forward: ({ alpha }) => ['elu', alpha],
  backward: ({ alpha }) => ['eluBackward', 'x', alpha],
  onnx: elementwise('Elu', ({ alpha }) => ({ alpha: { float: alpha } })),
  variants: [{}, { alpha: 0.3 }, { alpha: -1.7 }],
});

/**
 * The Gaussian error linear unit (Hendrycks and Gimpel 2016): y = x·Φ(x) = x·½·(1 + erf(x/√2)); with
 * `approximate: 'tanh'` y = x·½·(1 + tanh(√(2/π)·(x + 0.044715·x³))). Any shape; ONNX Gelu.
 */
import * as v from 'valibot';
import { activation } from './activation.ts';
import { elementwise } from './onnx.ts';

/** Factors of x and x³ in twice the argument of tanh. */
const LINEAR = 2 * Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715 * LINEAR;

export const gelu = activation({
  attributes: v.strictObject({ approximate: v.optional(v.picklist(['none', 'tanh']), 'none') }),
  forward: ({ approximate }) => (approximate === 'none' ? ['gelu'] : ['geluTanh', LINEAR, CUBIC]),
  backward: ({ approximate }) =>
    approximate === 'none' ? ['geluBackward', 'x'] : ['geluTanhBackward', 'x', LINEAR, CUBIC],
  onnx: elementwise('Gelu', ({ approximate }) => ({ approximate })),
  variants: [{}, { approximate: 'tanh' }],
});

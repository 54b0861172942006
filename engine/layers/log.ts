/** The natural logarithm: y = ln x, −∞ at 0, NaN for negative x. Any shape; ONNX Log. */
import { activation, noAttributes } from './activation.ts';

export const log = activation({
  attributes: noAttributes,
  forward: () => ['log'],
  backward: () => ['logBackward', 'x'],
  onnx: 'Log',
});

/** The absolute value: y = |x|, gradient 0 at 0. Any shape; ONNX Abs. */
import { activation, noAttributes } from './activation.ts';

export const abs = activation({
  attributes: noAttributes,
  forward: () => ['abs'],
  backward: () => ['absBackward', 'x'],
  onnx: 'Abs',
});

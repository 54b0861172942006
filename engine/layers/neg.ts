/** The negative: y = −x. Any shape; ONNX Neg. */
import { activation, noAttributes } from './activation.ts';

export const neg = activation({
  attributes: noAttributes,
  forward: () => ['neg'],
  backward: () => ['neg', 'nothing'],
  onnx: 'Neg',
});

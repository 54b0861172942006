/** The smallest integer that is not below x. It has no gradient. Any shape; ONNX Ceil. */
import { activation, noAttributes } from './activation.ts';

export const ceil = activation({
  attributes: noAttributes,
  forward: () => ['ceil'],
  onnx: 'Ceil',
});

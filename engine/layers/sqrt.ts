/** The square root: y = √x, NaN for negative x. Any shape; ONNX Sqrt. */
import { activation, noAttributes } from './activation.ts';

export const sqrt = activation({
  attributes: noAttributes,
  forward: () => ['sqrt'],
  backward: () => ['sqrtBackward', 'y'],
  onnx: 'Sqrt',
});

/** The logistic function: y = 1 / (1 + e^−x). Any shape; ONNX Sigmoid. */
import { activation, noAttributes } from './activation.ts';

export const sigmoid = activation({
  attributes: noAttributes,
  forward: () => ['sigmoid'],
  backward: () => ['sigmoidBackward', 'y'],
  onnx: 'Sigmoid',
});

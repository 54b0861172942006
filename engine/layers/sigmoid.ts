/** The logistic function: y = 1 / (1 + e^−x). Any shape; ONNX Sigmoid. */
import { activation, type NoAttributes, noAttributes } from './activation.ts';
import { layer } from './layer.ts';

export const sigmoid = layer<NoAttributes>({
  ...activation({
    attributes: noAttributes,
    forward: () => ['sigmoid'],
    backward: () => ['sigmoidBackward', 'y'],
    onnx: 'Sigmoid',
  }),
  scores: true,
});

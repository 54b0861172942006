/** The hyperbolic tangent: y = tanh x. Any shape; ONNX Tanh. */
import { activation, noAttributes } from './activation.ts';

export const tanh = activation({
  attributes: noAttributes,
  forward: () => ['tanh'],
  backward: () => ['tanhBackward', 'y'],
  onnx: 'Tanh',
});

/** The reciprocal: y = 1 / x. Any shape; ONNX Reciprocal. */
import { activation, noAttributes } from './activation.ts';

export const reciprocal = activation({
  attributes: noAttributes,
  forward: () => ['reciprocal'],
  backward: () => ['reciprocalBackward', 'y'],
  onnx: 'Reciprocal',
});

/** The exponential: y = eˣ. Any shape; ONNX Exp. */
import { activation, noAttributes } from './activation.ts';

export const exp = activation({
  attributes: noAttributes,
  forward: () => ['exp'],
  backward: () => ['expBackward', 'y'],
  onnx: 'Exp',
});

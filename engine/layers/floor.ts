/** The largest integer that is not above x. It has no gradient. Any shape; ONNX Floor. */
import { activation, noAttributes } from './activation.ts';

export const floor = activation({
  attributes: noAttributes,
  forward: () => ['floor'],
  onnx: 'Floor',
});

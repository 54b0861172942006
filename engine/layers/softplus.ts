/** A smooth rectifier (Dugas et al. 2001): y = ln(1 + eˣ). Any shape; ONNX Softplus. */
import { activation, noAttributes } from './activation.ts';

export const softplus = activation({
  attributes: noAttributes,
  forward: () => ['softplus'],
  backward: () => ['softplusBackward', 'x'],
  onnx: 'Softplus',
});

/** The error function: y = 2/√π ∫₀ˣ e^−t² dt. Any shape; ONNX Erf. */
import { activation, noAttributes } from './activation.ts';

export const erf = activation({
  attributes: noAttributes,
  forward: () => ['erf'],
  backward: () => ['erfBackward', 'x'],
  onnx: 'Erf',
});

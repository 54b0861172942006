/**
 * The sigmoid linear unit, also called swish (Elfwing, Uchibe and Doya 2018; Ramachandran, Zoph and Le 2017):
 *   y = x·sigmoid(x); any shape; in ONNX a Sigmoid and a Mul, or Swish from opset 24 on
 */
import { activation, noAttributes } from './activation.ts';

export const silu = activation({
  attributes: noAttributes,
  forward: () => ['silu'],
  backward: () => ['siluBackward', 'x'],
  onnx: (o) => {
    const { names, order } = o.inputs();
    return { name: o.node('Mul', [...names, o.node('Sigmoid', names)]), order };
  },
});

/**
 * What eight bits leave of every value: y = scale·(q − zeroPoint), q = x/scale + zeroPoint rounded (halves to the even
 * level) and kept in 0…255. Stands where a value of eight bits is read beside its f32 original.
 *   Any shape, no gradient; a NaN becomes the lowest level;  ONNX QuantizeLinear, DequantizeLinear
 */

import type { Quantization } from '../quantization/quantization.ts';
import { quantizationSchema } from '../quantization/quantization.ts';
import { call, type Operand } from '../region.ts';
import { elementCount, type Shape } from '../tensor.ts';
import { anyShape } from './activation.ts';
import { type Context, layer } from './layer.ts';
import { byTable } from './quantized/elementwise.ts';

function forward({ x: [x], y, a: { scale, zeroPoint }, scratch }: Context<Quantization>) {
  const count = elementCount(y.shape);
  const levels = scratch(count);
  return [
    call('quantize', x as Operand, levels, count, Math.fround(1 / scale), zeroPoint),
    call('dequantize', levels, y, count, scale, zeroPoint),
  ];
}

export const fakeQuantize = layer<Quantization>({
  attributes: quantizationSchema,

  inferShape: ([x]) => x as Shape,

  inPlace: true,
  forward,
  quantized: byTable(forward),

  onnx: (o) => {
    const { names, order } = o.inputs();
    return { name: o.quantize(names[0] as string, o.a), order };
  },

  samples: anyShape([
    { scale: 0.015625, zeroPoint: 128 },
    { scale: 0.0103, zeroPoint: 0 },
    { scale: 0.02, zeroPoint: 255 },
    { scale: 0.5, zeroPoint: 3 },
    { scale: 1e-30, zeroPoint: 77 },
    { scale: 1e30, zeroPoint: 77 },
  ]),
});

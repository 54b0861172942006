/**
 * Global average pooling: the mean of each channel over the whole image.
 *   x [N,H,W,C] → y [N,C];  ONNX GlobalAveragePool, then Flatten
 */
import * as v from 'valibot';
import { call, type Operand } from '../region.ts';
import { layer } from './layer.ts';
import { own } from './onnx.ts';
import { globalPoolArguments, globalPoolOutput, wholeImage } from './pool.ts';
import { quantizedAveragePool } from './quantized/pool.ts';

const attributes = v.strictObject({});

export const globalAveragePool2d = layer<v.InferOutput<typeof attributes>>({
  attributes,

  inferShape: ([x]) => globalPoolOutput(x),

  forward: ({ x: [x], y }) => call('globalAveragePool2d', x as Operand, y, globalPoolArguments((x as Operand).shape)),

  quantized: quantizedAveragePool(wholeImage),

  backward: ({ dy, dx: [dx] }) =>
    dx ? call('globalAveragePool2dBackward', dy, dx, globalPoolArguments(dx.shape)) : [],

  onnx: (o) => own(o.node('Flatten', [o.node('GlobalAveragePool', [o.image(0)])])),

  samples: [{ input: [2, 4, 4, 8] }, { input: [3, 7, 5, 9] }, { input: [1, 1, 1, 3] }],
});

/**
 * Global max pooling: the largest value of each channel over the whole image.
 *   x [N,H,W,C] → y [N,C];  a NaN wins;  the gradient goes to the first maximum (ONNX GlobalMaxPool, then Flatten)
 */
import * as v from 'valibot';
import { call, type Operand } from '../region.ts';
import { layer } from './layer.ts';
import { own } from './onnx.ts';
import { globalPoolArguments, globalPoolOutput, wholeImage } from './pool.ts';
import { quantizedMaxPool } from './quantized/pool.ts';

const attributes = v.strictObject({});

export const globalMaxPool2d = layer<v.InferOutput<typeof attributes>>({
  attributes,

  inferShape: ([x]) => globalPoolOutput(x),

  forward: ({ x: [x], y }) => call('globalMaxPool2d', x as Operand, y, globalPoolArguments((x as Operand).shape)),

  quantized: quantizedMaxPool(wholeImage),

  backward: ({ x: [x], y, dy, dx: [dx] }) =>
    dx ? call('globalMaxPool2dBackward', x as Operand, y, dy, dx, globalPoolArguments(dx.shape)) : [],

  onnx: (o) => own(o.node('Flatten', [o.node('GlobalMaxPool', [o.image(0)])])),

  samples: [{ input: [2, 4, 4, 8] }, { input: [3, 7, 5, 9] }, { input: [1, 1, 1, 3] }],
});

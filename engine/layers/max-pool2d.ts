/**
 * Max pooling: every output is the largest value in its window.
 *   x [N,H,W,C] → y [N,OH,OW,C];  padding counts as −∞, a NaN wins;  the gradient goes to the first maximum (ONNX MaxPool)
 */
import * as v from 'valibot';
import { call, type Operand } from '../region.ts';
import type { Shape } from '../tensor.ts';
import { layer } from './layer.ts';
import { channelsFirst } from './onnx.ts';
import { defaultStride, poolEntries, slidingArguments } from './pool.ts';
import { quantizedMaxPool } from './quantized/pool.ts';
import { onnxPool, windowOutput } from './window.ts';

const attributes = v.pipe(v.strictObject(poolEntries), v.transform(defaultStride));

export const maxPool2d = layer<v.InferOutput<typeof attributes>>({
  attributes,

  inferShape: ([x], a) => windowOutput(x, a),

  forward: (c) => call('maxPool2d', c.x[0] as Operand, slidingArguments(c), c.y),

  quantized: quantizedMaxPool(slidingArguments),

  backward: (c) => {
    const dx = c.dx[0];
    if (!dx) return [];
    const windows = slidingArguments(c);
    return [
      call('fillZero', dx, dx.region.bytes),
      call('maxPool2dBackward', c.x[0] as Operand, windows, c.y, c.dy, dx),
    ];
  },

  halvingMaxPool: ({ size, stride, padding, dilation, ceilMode }) =>
    [...size, ...stride, ...dilation, ...[padding].flat()].join() === '2,2,2,2,1,1,0,0,0,0' && !ceilMode,

  onnx: (o) => {
    return channelsFirst(o.node('MaxPool', [o.image(0)], onnxPool(o.x[0] as Shape, o.a)));
  },

  samples: [
    { input: [1, 4, 4, 4], size: 2 },
    { input: [2, 7, 5, 9], size: 3, stride: 2, padding: 1 }, // odd sides, overlapping windows, a channel tail
    { input: [1, 6, 6, 3], size: [2, 3], dilation: [2, 1], stride: 1, ceilMode: true },
    { input: [3, 1, 5, 1], size: [1, 2], padding: 'same' },
    { input: [1, 5, 7, 2], size: 2, padding: 'sameLower' },
    { input: [1, 5, 1, 6], size: 3, stride: 2, padding: [2, 1, 1, 2] },
  ],
});

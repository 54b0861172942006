/**
 * Average pooling: every output is the mean of its window's pixels within the image; padding is not counted.
 *   x [N,H,W,C] → y [N,OH,OW,C];  ONNX AveragePool with count_include_pad = 0
 */
import type * as v from 'valibot';
import { call, type Operand } from '../region.ts';
import { layer } from './layer.ts';
import { poolAttributes } from './pool.ts';
import { windowArguments, windowOutput } from './window.ts';

export const averagePool2d = layer<v.InferOutput<typeof poolAttributes>>({
  attributes: poolAttributes,

  inferShape: ([x], a) => windowOutput(x, a),

  forward: ({ x: [x], y, a }) =>
    call('averagePool2d', x as Operand, windowArguments((x as Operand).shape, y.shape, a), y),

  backward: ({ x: [x], y, a, dy, dx: [dx] }) => {
    if (!dx) return [];
    const geometry = windowArguments((x as Operand).shape, y.shape, a);
    return [call('fillZero', dx, dx.region.bytes), call('averagePool2dBackward', dx, geometry, dy)];
  },

  samples: [
    { input: [1, 4, 4, 4], size: 2 },
    { input: [2, 7, 5, 9], size: 3, stride: 2, padding: 1 }, // odd sides, overlapping windows, a channel tail
    { input: [1, 6, 6, 3], size: [2, 3], dilation: [2, 1], stride: 1, ceilMode: true },
    { input: [3, 1, 5, 1], size: [1, 2], padding: 'same' },
    { input: [1, 5, 1, 6], size: 3, stride: 2, padding: [2, 1, 1, 2] },
  ],
});

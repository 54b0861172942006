/**
 * Average pooling: every output is the mean of its window's pixels within the image.
 *   x [N,H,W,C] → y [N,OH,OW,C];  ONNX AveragePool
 * `countPadding` (count_include_pad = 1): padding counts as zeros; what hangs over its far edge in ceilMode does not.
 */
import * as v from 'valibot';
import { call, type Operand } from '../region.ts';
import type { Shape } from '../tensor.ts';
import { layer } from './layer.ts';
import { channelsFirst } from './onnx.ts';
import { defaultStride, poolEntries, slidingArguments } from './pool.ts';
import { quantizedAveragePool } from './quantized/pool.ts';
import { onnxPool, windowOutput } from './window.ts';

const attributes = v.pipe(
  v.strictObject({ ...poolEntries, countPadding: v.optional(v.boolean(), false) }),
  v.transform(defaultStride),
);

export const averagePool2d = layer<v.InferOutput<typeof attributes>>({
  attributes,

  inferShape: ([x], a) => windowOutput(x, a),

  forward: (c) => call('averagePool2d', c.x[0] as Operand, slidingArguments(c, c.a.countPadding), c.y),

  quantized: quantizedAveragePool((c) => slidingArguments(c, c.a.countPadding)),

  backward: (c) => {
    const dx = c.dx[0];
    if (!dx) return [];
    const windows = slidingArguments(c, c.a.countPadding);
    return [call('fillZero', dx, dx.region.bytes), call('averagePool2dBackward', dx, windows, c.dy)];
  },

  onnx: (o) => {
    const attributes = {
      ...onnxPool(o.x[0] as Shape, o.a, o.a.countPadding),
      count_include_pad: o.a.countPadding ? 1 : 0,
    };
    return channelsFirst(o.node('AveragePool', [o.image(0)], attributes));
  },

  samples: [
    { input: [1, 4, 4, 4], size: 2 },
    { input: [2, 7, 5, 9], size: 3, stride: 2, padding: 1 }, // odd sides, overlapping windows, a channel tail
    { input: [1, 6, 6, 3], size: [2, 3], dilation: [2, 1], stride: 1, ceilMode: true },
    { input: [3, 1, 5, 1], size: [1, 2], padding: 'same' },
    { input: [1, 5, 1, 6], size: 3, stride: 2, padding: [2, 1, 1, 2] },
    { input: [1, 6, 7, 5], size: 3, stride: 2, padding: [1, 0, 0, 1], ceilMode: true, countPadding: true },
    { input: [2, 5, 6, 2], size: [3, 2], dilation: [1, 2], stride: [3, 2], padding: 'sameLower', countPadding: true },
  ],
});

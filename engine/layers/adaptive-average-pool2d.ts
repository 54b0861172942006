/**
 * Adaptive average pooling: the image is cut into `size` windows of nearly equal sides, each becomes its mean.
 *   x [N,H,W,C] → y [N,OH,OW,C];  window i from ⌊i·H / OH⌋ to ⌈(i + 1)·H / OH⌉ (PyTorch AdaptiveAvgPool2d)
 */
import type * as v from 'valibot';
import { call, type Operand } from '../region.ts';
import { layer } from './layer.ts';
import { adaptiveArguments, adaptiveAttributes, adaptiveOutput } from './pool.ts';

export const adaptiveAveragePool2d = layer<v.InferOutput<typeof adaptiveAttributes>>({
  attributes: adaptiveAttributes,

  inferShape: ([x], a) => adaptiveOutput(x, a),

  forward: (c) => call('averagePool2d', c.x[0] as Operand, adaptiveArguments(c), c.y),

  backward: (c) => {
    const dx = c.dx[0];
    if (!dx) return [];
    return [call('fillZero', dx, dx.region.bytes), call('averagePool2dBackward', dx, adaptiveArguments(c), c.dy)];
  },

  samples: [
    { input: [2, 6, 4, 4], size: [3, 2] },
    { input: [1, 7, 5, 9], size: [3, 4] }, // windows overlap, a channel tail
    { input: [2, 3, 2, 3], size: [5, 2] }, // more windows than pixels
    { input: [1, 5, 6, 2], size: 1 },
  ],
});

/**
 * Adaptive max pooling: the image is cut into `size` windows of nearly equal sides, each becomes its largest value.
 *   x [N,H,W,C] → y [N,OH,OW,C];  window i from ⌊i·H / OH⌋ to ⌈(i + 1)·H / OH⌉ (PyTorch AdaptiveMaxPool2d)
 * A NaN wins; the gradient goes to the first maximum.
 */
import type * as v from 'valibot';
import { call, type Operand } from '../region.ts';
import { layer } from './layer.ts';
import { channelsFirst } from './onnx.ts';
import { adaptiveArguments, adaptiveAttributes, adaptiveOutput, adaptivePlaces } from './pool.ts';
import { quantizedMaxPool } from './quantized/pool.ts';

export const adaptiveMaxPool2d = layer<v.InferOutput<typeof adaptiveAttributes>>({
  attributes: adaptiveAttributes,

  inferShape: ([x], a) => adaptiveOutput(x, a),

  forward: (c) => call('maxPool2d', c.x[0] as Operand, adaptiveArguments(c), c.y),

  quantized: quantizedMaxPool(adaptiveArguments),

  backward: (c) => {
    const dx = c.dx[0];
    if (!dx) return [];
    const windows = adaptiveArguments(c);
    return [
      call('fillZero', dx, dx.region.bytes),
      call('maxPool2dBackward', c.x[0] as Operand, windows, c.y, c.dy, dx),
    ];
  },

  /** ONNX has no windows of several sizes: each is cut out, and what is left of each is joined again. */
  onnx: (o) => {
    const [, h, w] = o.x[0] as readonly [number, number, number];
    const along = (value: string, axis: number, places: ReturnType<typeof adaptivePlaces>) =>
      o.node(
        'Concat',
        places.map(({ first, visible }) => {
          const range = [o.integers([first]), o.integers([first + visible]), o.integers([axis])];
          return o.node('ReduceMax', [o.node('Slice', [value, ...range]), o.integers([axis])]);
        }),
        { axis },
      );
    const rows = along(o.image(0), 2, adaptivePlaces(h, o.a.size[0]));
    return channelsFirst(along(rows, 3, adaptivePlaces(w, o.a.size[1])));
  },

  samples: [
    { input: [2, 6, 4, 4], size: [3, 2] },
    { input: [1, 7, 5, 9], size: [3, 4] }, // windows overlap, a channel tail
    { input: [2, 3, 2, 3], size: [5, 2] }, // more windows than pixels
    { input: [1, 5, 6, 2], size: 1 },
  ],
});

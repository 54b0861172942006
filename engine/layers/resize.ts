/**
 * Images made larger or smaller: every output pixel is one, or a weighted mean, of the pixels where it lies in the input.
 *   x [N,H,W,C] → y [N,OH,OW,C];  ONNX Resize of opset 19 (resize-taps.ts has the formulas)
 * The output's size is `size`, or the input's times `scales`, rounded down. Where both are given, `scales` are what the
 * coordinates are worked out by.
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import type { Operand } from '../region.ts';
import { formatShape, type Shape } from '../tensor.ts';
import { imageShape } from './block.ts';
import { layer } from './layer.ts';
import { moved } from './quantized/move.ts';
import { interpolated } from './quantized/resize.ts';
import { isPicking, type Resampling, resampleAxes, resampleAxesBackward } from './resample.ts';
import { writeResize } from './resize-onnx.ts';
import { type ResizedAxis, resizeTaps, scaledLength as roundedLength } from './resize-taps.ts';
import { pair } from './window.ts';

const finite = v.pipe(v.number(), v.finite());
const scale = v.pipe(finite, v.gtValue(0));

const attributes = v.pipe(
  v.strictObject({
    size: v.optional(pair),
    scales: v.optional(v.strictTuple([scale, scale])),
    mode: v.optional(v.picklist(['nearest', 'linear', 'cubic']), 'nearest'),
    coordinates: v.optional(
      v.picklist([
        'half_pixel',
        'half_pixel_symmetric',
        'pytorch_half_pixel',
        'tf_half_pixel_for_nn',
        'align_corners',
        'asymmetric',
        'tf_crop_and_resize',
      ]),
      'half_pixel',
    ),
    nearest: v.optional(v.picklist(['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil']), 'round_prefer_floor'),
    cubicA: v.optional(finite, -0.75),
    excludeOutside: v.optional(v.boolean(), false),
    antialias: v.optional(v.boolean(), false),
    extrapolation: v.optional(finite, 0),
    /** [y0, x0, y1, x1] as fractions of the input, from the middle of its first to that of its last pixel. */
    roi: v.optional(v.strictTuple([finite, finite, finite, finite])),
  }),
  v.check(({ size, scales }) => size !== undefined || scales !== undefined, 'size or scales are needed'),
  v.check(
    ({ coordinates, roi }) => (coordinates === 'tf_crop_and_resize') === (roi !== undefined),
    'a roi belongs to the coordinates tf_crop_and_resize, and to no others',
  ),
  v.check(({ mode, antialias }) => !(antialias && mode === 'nearest'), 'antialias is for linear and cubic'),
);

type Attributes = v.InferOutput<typeof attributes>;

/** H and W of x, as they are resized. */
function axesOf(x: Shape, { size, scales, roi }: Attributes): readonly [ResizedAxis, ResizedAxis] {
  const of = (axis: 0 | 1): ResizedAxis => {
    const lengthIn = x[axis + 1] as number;
    const scaledLength = scales ? lengthIn * scales[axis] : (size as readonly number[])[axis]!;
    return {
      lengthIn,
      lengthOut: size?.[axis] ?? roundedLength(lengthIn, (scales as readonly number[])[axis]!),
      scale: scales?.[axis] ?? scaledLength / lengthIn,
      scaledLength,
      roi: roi ? [roi[axis], roi[axis + 2] as number] : [0, 1],
    };
  };
  return [of(0), of(1)];
}

const resamplings = (x: Shape, a: Attributes): readonly [Resampling, Resampling] => {
  const [rows, columns] = axesOf(x, a);
  return [
    { axis: 1, taps: resizeTaps(rows, a) },
    { axis: 2, taps: resizeTaps(columns, a) },
  ];
};

export const resize = layer<Attributes>({
  attributes,

  inferShape: ([x], a) => {
    const [n, , , c] = imageShape(x);
    const [oh, ow] = axesOf(x as Shape, a).map(({ lengthOut }) => lengthOut) as [number, number];
    if (oh < 1 || ow < 1) {
      throw new EngineError(
        'shape-mismatch',
        `nothing is left of an input ${formatShape(x as Shape)} at scales ${JSON.stringify(a.scales)}`,
      );
    }
    return [n, oh, ow, c];
  },

  forward: (c) => resampleAxes(c, c.x[0] as Operand, c.y, resamplings((c.x[0] as Operand).shape, c.a)),
  quantized: {
    calls: (c) => {
      const all = resamplings(c.x[0].shape, c.a);
      if (isPicking(all)) return moved(c, ({ x: [x], y }) => resampleAxes(c, x as Operand, y, all));
      return c.a.mode === 'linear' ? interpolated(c, all) : undefined;
    },
    picksLevels: ({ mode }) => mode === 'nearest',
    wants: ({ mode }) => (mode === 'cubic' ? 'never' : 'where read'),
  },

  backward: (c) => (c.dx[0] ? resampleAxesBackward(c, c.dy, c.dx[0], resamplings(c.dx[0].shape, c.a)) : []),

  onnx: (o) => writeResize(o, axesOf(o.x[0] as Shape, o.a)),

  samples: [
    { input: [2, 3, 4, 5], scales: [2, 2] },
    { input: [2, 7, 5, 3], size: [4, 8], nearest: 'ceil', coordinates: 'asymmetric' },
    { input: [1, 5, 6, 2], size: [9, 4], nearest: 'floor', coordinates: 'align_corners' },
    { input: [1, 6, 4, 1], scales: [0.6, 1.7], nearest: 'round_prefer_ceil', coordinates: 'half_pixel_symmetric' },
    { input: [1, 4, 5, 2], size: [3, 7], nearest: 'floor', coordinates: 'tf_half_pixel_for_nn' },
    { input: [1, 2, 3, 21], scales: [2, 2], mode: 'linear' },
    { input: [2, 5, 7, 3], size: [3, 9], mode: 'linear', coordinates: 'align_corners' },
    { input: [1, 4, 5, 1], scales: [0.6, 1.5], mode: 'linear', coordinates: 'align_corners' },
    { input: [1, 4, 5, 2], size: [1, 7], mode: 'linear', coordinates: 'pytorch_half_pixel' },
    { input: [1, 4, 5, 2], size: [1, 7], mode: 'cubic', coordinates: 'pytorch_half_pixel' },
    { input: [1, 5, 4, 3], scales: [0.7, 1.3], mode: 'linear', coordinates: 'half_pixel_symmetric' },
    { input: [1, 4, 6, 2], size: [4, 3], mode: 'linear', coordinates: 'asymmetric' }, // one axis stays
    { input: [1, 4, 6, 2], size: [7, 11], scales: [1.8, 1.9], mode: 'linear' },
    { input: [2, 4, 3, 3], scales: [2, 1.5], mode: 'cubic' },
    { input: [1, 5, 6, 1], size: [8, 3], mode: 'cubic', cubicA: -0.5, excludeOutside: true },
    { input: [1, 5, 6, 4], size: [7, 4], mode: 'cubic', coordinates: 'align_corners' },
    { input: [1, 9, 7, 3], size: [4, 3], mode: 'linear', antialias: true },
    { input: [1, 9, 7, 2], scales: [0.6, 1.5], mode: 'cubic', antialias: true },
    { input: [1, 8, 9, 2], size: [3, 2], mode: 'cubic', antialias: true, excludeOutside: true },
    { input: [1, 8, 9, 2], size: [3, 5], mode: 'linear', antialias: true, excludeOutside: true },
    {
      input: [2, 4, 5, 3],
      size: [3, 6],
      mode: 'linear',
      coordinates: 'tf_crop_and_resize',
      roi: [0.4, -0.3, 1.2, 0.8],
      extrapolation: 10,
    },
    {
      input: [1, 4, 5, 1],
      size: [1, 4],
      coordinates: 'tf_crop_and_resize',
      roi: [0.2, 0.3, 0.7, 1.4],
      extrapolation: -1.5,
    },
    {
      input: [1, 4, 5, 6],
      size: [5, 4],
      mode: 'cubic',
      coordinates: 'tf_crop_and_resize',
      roi: [0.9, 0.8, 0.1, 0.2],
    },
    { input: [1, 1, 1, 4], size: [3, 2], mode: 'cubic' },
    { input: [2, 3, 3, 2], size: [3, 3], mode: 'linear' }, // nothing to do
    { input: [1, 2, 2, 35], size: [3, 5], mode: 'linear' }, // vectors of all kinds
  ],
});

/**
 * A part of a tensor: along each axis `size` elements from `start` on, `step` apart.
 *   Any shape, one entry an axis: start in 0…n − 1, size −1 for all that there are, step not 0;  ONNX Slice
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { call, type Operand } from '../region.ts';
import { formatShape, type Shape } from '../tensor.ts';
import { checkEntries } from './axis.ts';
import { type Context, layer } from './layer.ts';
import { byMoving } from './quantized/move.ts';
import { MAX_RANK, openShapeAttribute } from './shape-attribute.ts';
import { type Box, reversed, rowMajor, stridedCopy, whole } from './strided.ts';

const LARGEST = 2 ** 31 - 1;
const integer = v.pipe(v.number(), v.integer(), v.minValue(-LARGEST), v.maxValue(LARGEST));

const attributes = v.pipe(
  v.strictObject({
    starts: v.pipe(v.array(v.pipe(integer, v.minValue(0))), v.maxLength(MAX_RANK)),
    sizes: openShapeAttribute,
    steps: v.optional(v.pipe(v.array(v.pipe(integer, v.notValue(0))), v.maxLength(MAX_RANK))),
  }),
  v.transform(({ steps, ...others }) => ({ ...others, steps: steps ?? others.starts.map(() => 1) })),
);

type Attributes = v.InferOutput<typeof attributes>;

/** @throws EngineError `shape-mismatch` where an axis is left */
function sizesOf(x: Shape, { starts, sizes, steps }: Attributes): Shape {
  return x.map((length, axis) => {
    const [start, size, step] = [starts[axis] as number, sizes[axis] as number, steps[axis] as number];
    const there = step > 0 ? Math.ceil((length - start) / step) : Math.floor(start / -step) + 1;
    if (start >= length || size > there) {
      throw new EngineError(
        'shape-mismatch',
        `axis ${axis} of an input ${formatShape(x)} has no ${size === -1 ? 'element' : `${size} elements`} from ${start} on in steps of ${step}`,
      );
    }
    return size === -1 ? there : size;
  });
}

function boxOf(x: Shape, y: Shape, { starts, steps }: Attributes): Box {
  const strides = rowMajor(x);
  return {
    sizes: y,
    from: {
      offset: strides.reduce((sum, stride, axis) => sum + stride * (starts[axis] as number), 0),
      strides: strides.map((stride, axis) => stride * (steps[axis] as number)),
    },
    to: whole(y),
  };
}

/** What ONNX clamps to the axis' end. */
const INFINITELY_FAR = 2 ** 31 - 1;

const forward = ({ x: [x], y, a }: Context<Attributes>) =>
  stridedCopy(x as Operand, y, boxOf((x as Operand).shape, y.shape, a));

export const slice = layer<Attributes>({
  attributes,

  inferShape: ([x], a) => {
    checkEntries(x as Shape, a.starts, 'starts');
    checkEntries(x as Shape, a.sizes, 'sizes');
    checkEntries(x as Shape, a.steps, 'steps');
    return sizesOf(x as Shape, a);
  },

  forward,
  quantized: byMoving(forward),
  backward: ({ x: [x], y, dy, dx: [dx], a }) => {
    if (!dx) return [];
    const box = reversed(boxOf((x as Operand).shape, y.shape, a));
    return [call('fillZero', dx, dx.region.bytes), stridedCopy(dy, dx, box)];
  },

  onnx: (o) => {
    const { names, order, list } = o.inputs();
    const { starts, sizes, steps } = o.a;
    // The end lies one step behind the last; in front of the first element it is as far out as can be.
    const ends = starts.map((start, axis) => {
      const [size, step] = [sizes[axis] as number, steps[axis] as number];
      const end = start + size * step;
      if (size === -1) return step > 0 ? INFINITELY_FAR : -INFINITELY_FAR;
      return end < 0 ? -INFINITELY_FAR : end;
    });
    const axes = starts.map((_, axis) => axis);
    const ranges = [o.integers(list(starts)), o.integers(list(ends)), o.integers(axes), o.integers(list(steps))];
    return { name: o.node('Slice', [...names, ...ranges]), order };
  },

  samples: [
    { input: [2, 5, 6, 3], starts: [0, 1, 2, 0], sizes: [-1, 3, 4, 3] }, // a cut-out of an image
    { input: [2, 5, 7, 4], starts: [0, 0, 6, 3], sizes: [-1, -1, -1, -1], steps: [1, 2, -2, -1] },
    { input: [3, 4, 5], starts: [2, 0, 1], sizes: [2, -1, 3], steps: [-2, 1, 1], wholeBatch: true },
    { input: [2, 11], starts: [0, 9], sizes: [-1, 3], steps: [1, -4] },
    { input: [1, 2, 2, 2, 3, 4], starts: [0, 1, 0, 1, 0, 0], sizes: [-1, 1, -1, 1, 2, 3], steps: [1, 1, 1, 1, 2, 1] },
    { input: [2, 2, 70], starts: [0, 1, 5], sizes: [-1, -1, 37] },
    { input: [1, 2, 700], starts: [0, 0, 3], sizes: [-1, -1, 601] }, // long runs
    { input: [2, 3, 8], starts: [0, 2, 0], sizes: [-1, -1, -1], steps: [1, -1, 1] },
  ],
});

/**
 * The axes in another order: axis k of y is axis permutation[k] of x.
 *   Any shape; ONNX Transpose
 */
import * as v from 'valibot';
import type { Operand } from '../region.ts';
import type { Shape } from '../tensor.ts';
import { axisAttribute, checkEntries } from './axis.ts';
import { type Context, layer } from './layer.ts';
import { channelsFirst, own } from './onnx.ts';
import { byMoving } from './quantized/move.ts';
import { MAX_RANK } from './shape-attribute.ts';
import { type Box, reversed, rowMajor, stridedCopy, whole } from './strided.ts';

const attributes = v.strictObject({
  permutation: v.pipe(
    v.array(axisAttribute),
    v.maxLength(MAX_RANK),
    v.check((axes) => axes.every((_, axis) => axes.includes(axis)), 'a permutation names every axis once, from 0'),
  ),
});

type Attributes = v.InferOutput<typeof attributes>;

function boxOf(x: Shape, { permutation }: Attributes): Box {
  const strides = rowMajor(x);
  const sizes = permutation.map((axis) => x[axis] as number);
  return {
    sizes,
    from: { offset: 0, strides: permutation.map((axis) => strides[axis] as number) },
    to: whole(sizes),
  };
}

const forward = ({ x: [x], y, a }: Context<Attributes>) => stridedCopy(x as Operand, y, boxOf((x as Operand).shape, a));

export const transpose = layer<Attributes>({
  attributes,

  inferShape: ([x], a) => {
    checkEntries(x as Shape, a.permutation, 'the permutation');
    return boxOf(x as Shape, a).sizes;
  },

  transposes: true,
  source: ([x], a, index) => {
    const { sizes, from } = boxOf(x as Shape, a);
    let [rest, at] = [index, 0];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const size = sizes[axis] as number;
      at += (rest % size) * (from.strides[axis] as number);
      rest = Math.floor(rest / size);
    }
    return { input: 0, index: at };
  },
  forward,
  quantized: byMoving(forward),
  backward: ({ x: [x], dy, dx: [dx], a }) => (dx ? stridedCopy(dy, dx, reversed(boxOf((x as Operand).shape, a))) : []),

  onnx: (o) => {
    const order = o.a.permutation.join();
    // Channels last is how images lie here, channels first how they lie there: nothing moves.
    if (order === '0,2,3,1') return channelsFirst(o.own(0));
    if (order === '0,3,1,2') return own(o.image(0));
    return own(o.node('Transpose', [o.own(0)], { perm: o.a.permutation }));
  },

  samples: [
    { input: [2, 3, 5, 7], permutation: [0, 2, 3, 1] }, // NCHW → NHWC, odd everywhere
    { input: [2, 5, 7, 3], permutation: [0, 3, 1, 2] }, // and back: fewer rows than a block has
    { input: [1, 8, 4, 12], permutation: [0, 2, 3, 1] }, // blocks without a rest
    { input: [1, 19, 3, 9], permutation: [0, 2, 3, 1] }, // and with one at both sides
    { input: [3, 4, 5], permutation: [2, 1, 0], wholeBatch: true },
    { input: [2, 3, 2, 3, 2, 3], permutation: [5, 0, 4, 2, 3, 1], wholeBatch: true },
    { input: [4, 1, 6], permutation: [0, 2, 1] }, // nothing moves
    { input: [5, 6], permutation: [1, 0], wholeBatch: true },
    { input: [2, 9, 3, 4], permutation: [0, 2, 1, 3] }, // whole runs move
    { input: [3], permutation: [0] },
  ],
});

/**
 * Tensors joined along one axis; the other axes are equal.
 *   1…1000 inputs of one rank → y;  ONNX Concat
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import type { Operand } from '../region.ts';
import { elementCount, formatShape, type Shape, sameShape } from '../tensor.ts';
import { axisAttribute, checkAxis, withLength } from './axis.ts';
import { layer } from './layer.ts';
import { quantizedConcat } from './quantized/concat.ts';
import { type Box, reversed, rowMajor, stridedCopy, whole } from './strided.ts';

const attributes = v.strictObject({ axis: axisAttribute });

const lengthAlong = (x: Shape, axis: number): number => x[axis] as number;

/** Where each input goes in y. */
function boxes(x: readonly Operand[], y: Shape, axis: number): readonly Box[] {
  const strides = rowMajor(y);
  let position = 0;
  return x.map(({ shape }) => {
    const offset = position * (strides[axis] as number);
    position += lengthAlong(shape, axis);
    return { sizes: shape, from: whole(shape), to: { offset, strides } };
  });
}

export const concat = layer<v.InferOutput<typeof attributes>>({
  attributes,
  inputs: { min: 1, max: 1000 },

  inferShape: (x, { axis }) => {
    const first = x[0] as Shape;
    checkAxis(first, axis);
    for (const other of x) {
      if (other.length !== first.length || !sameShape(withLength(other, axis, lengthAlong(first, axis)), first)) {
        throw new EngineError(
          'shape-mismatch',
          `inputs joined along axis ${axis} may differ in no other axis: ${formatShape(first)} and ${formatShape(other)}`,
        );
      }
    }
    return withLength(
      first,
      axis,
      x.reduce((sum, other) => sum + lengthAlong(other, axis), 0),
    );
  },

  source: (x, { axis }, index) => {
    const inner = elementCount((x[0] as Shape).slice(axis + 1));
    const length = x.reduce((sum, shape) => sum + lengthAlong(shape, axis), 0);
    const outer = Math.floor(index / (length * inner));
    let at = index % (length * inner);
    let input = 0;
    const run = () => lengthAlong(x[input] as Shape, axis) * inner;
    for (; at >= run(); input++) at -= run();
    return { input, index: outer * run() + at };
  },

  forward: ({ x, y, a }) => boxes(x, y.shape, a.axis).map((box, i) => stridedCopy(x[i] as Operand, y, box)),
  quantized: quantizedConcat,

  backward: ({ x, y, dy, dx, a }) =>
    boxes(x, y.shape, a.axis).flatMap((box, i) => (dx[i] ? [stridedCopy(dy, dx[i], reversed(box))] : [])),

  onnx: (o) => {
    const { names, order, axis } = o.inputs();
    return { name: o.node('Concat', names, { axis: axis(o.a.axis) }), order };
  },

  samples: [
    {
      inputs: [
        [2, 3, 3, 5],
        [2, 3, 3, 1],
        [2, 3, 3, 8],
      ],
      axis: 3,
    },
    {
      inputs: [
        [1, 2, 3, 4],
        [1, 5, 3, 4],
      ],
      axis: 1,
    },
    {
      inputs: [
        [2, 7],
        [3, 7],
      ],
      axis: 0,
      wholeBatch: true,
    },
    { inputs: [[2, 3]], axis: 1 },
    {
      inputs: [
        [3, 1, 2],
        [3, 1, 2],
        [3, 1, 2],
        [3, 1, 2],
      ],
      axis: 1,
    },
  ],
});

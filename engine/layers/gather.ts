/**
 * Picks along one axis: y's element i is x's element indices[i], any number of times in any order.
 *   Any shape, indices 0…n − 1;  ONNX Gather with constant indices;  the gradient is the sum over the picks
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import type { Operand } from '../region.ts';
import { formatShape, type Shape } from '../tensor.ts';
import { axisAttribute, checkAxis, withLength } from './axis.ts';
import { gatherAxes, gatherAxesBackward } from './gather-axis.ts';
import { type Context, layer } from './layer.ts';
import { byMoving } from './quantized/move.ts';

const index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1));

const attributes = v.strictObject({ axis: axisAttribute, indices: v.pipe(v.array(index), v.minLength(1)) });

type Attributes = v.InferOutput<typeof attributes>;

const forward = (c: Context<Attributes>) => gatherAxes(c, c.x[0] as Operand, c.y, [c.a]);

export const gather = layer<Attributes>({
  attributes,

  inferShape: ([x], { axis, indices }) => {
    checkAxis(x as Shape, axis);
    const length = (x as Shape)[axis] as number;
    const beyond = indices.find((i) => i >= length);
    if (beyond !== undefined) {
      throw new EngineError(
        'shape-mismatch',
        `the index ${beyond} is beyond axis ${axis} of an input ${formatShape(x as Shape)}`,
      );
    }
    return withLength(x as Shape, axis, indices.length);
  },

  forward,
  quantized: byMoving(forward),
  backward: (c) => (c.dx[0] ? gatherAxesBackward(c, c.dy, c.dx[0], [c.a]) : []),

  onnx: (o) => {
    const { names, order, axis } = o.inputs();
    return { name: o.node('Gather', [...names, o.integers(o.a.indices)], { axis: axis(o.a.axis) }), order };
  },

  samples: [
    { input: [2, 3, 3, 6], axis: 3, indices: [0, 2, 4, 1, 3, 5] }, // a channel shuffle
    { input: [2, 5, 7], axis: 1, indices: [4, 0, 0, 2, 4, 4] },
    { input: [4, 3], axis: 0, indices: [3, 1], wholeBatch: true },
    { input: [1, 2, 3, 2, 2, 3], axis: 2, indices: [1] },
    { input: [5], axis: 0, indices: [2, 2, 2], wholeBatch: true },
    { input: [1, 3, 2, 70], axis: 1, indices: [2, 0] }, // long runs
  ],
});

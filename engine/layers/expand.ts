/**
 * One tensor repeated: x and `shape` are aligned at their last axes, lengths of 1 give way, −1 keeps what x has.
 *   ONNX Expand (NumPy broadcasting, in both directions); the gradient is the sum over the copies
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { call, type Operand } from '../region.ts';
import { formatShape, type Shape } from '../tensor.ts';
import { type Context, layer } from './layer.ts';
import { own } from './onnx.ts';
import { byMoving } from './quantized/move.ts';
import { openShapeAttribute } from './shape-attribute.ts';
import { type Box, reversed, rowMajor, stridedAdd, stridedCopy, whole } from './strided.ts';

const attributes = v.strictObject({ shape: openShapeAttribute });

/** @throws EngineError `shape-mismatch` where two lengths differ and neither is 1 */
function broadcast(x: Shape, shape: Shape): Shape {
  const rank = Math.max(x.length, shape.length);
  return Array.from({ length: rank }, (_, axis) => {
    const own = x[axis - (rank - x.length)];
    const wanted = shape[axis - (rank - shape.length)] ?? 1;
    if (wanted === -1 ? own === undefined : own !== undefined && own !== 1 && wanted !== 1 && own !== wanted) {
      throw new EngineError(
        'shape-mismatch',
        `an input ${formatShape(x)} cannot be expanded to ${formatShape(shape)}: axis ${axis} does not fit`,
      );
    }
    return wanted === -1 || wanted === 1 ? (own ?? 1) : wanted;
  });
}

function boxOf(x: Shape, y: Shape): Box {
  const added = y.length - x.length;
  const own = rowMajor(x);
  const strides = y.map((_, axis) => ((x[axis - added] ?? 1) === 1 ? 0 : (own[axis - added] as number)));
  return { sizes: y, from: { offset: 0, strides }, to: whole(y) };
}

const forward = ({ x: [x], y }: Context<unknown>) => stridedCopy(x as Operand, y, boxOf((x as Operand).shape, y.shape));

export const expand = layer<v.InferOutput<typeof attributes>>({
  attributes,

  inferShape: ([x], { shape }) => broadcast(x as Shape, shape),

  forward,
  quantized: byMoving(forward),
  backward: ({ x: [x], y, dy, dx: [dx] }) => {
    if (!dx) return [];
    const box = reversed(boxOf((x as Operand).shape, y.shape));
    return [call('fillZero', dx, dx.region.bytes), stridedAdd(dy, dx, box)];
  },

  onnx: (o) => own(o.node('Expand', [o.own(0), o.integers(o.a.shape.map((side) => Math.max(side, 1)))])),

  samples: [
    { input: [2, 1, 1, 5], shape: [-1, 3, 4, 5] },
    { input: [2, 3, 4, 1], shape: [-1, 1, -1, 7] },
    { input: [3, 1], shape: [2, 1, 6], wholeBatch: true },
    { input: [2, 1, 3, 1, 2, 1], shape: [1, 2, 1, 3, 1, 2] },
    { input: [2, 3], shape: [] },
    { input: [], shape: [2, 9], wholeBatch: true },
    { input: [2, 1, 8], shape: [-1, 4, 8] },
  ],
});

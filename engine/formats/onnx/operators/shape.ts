/** What changes how a value is seen, and costs nothing or a rearrangement. */
import { excerpt } from '../../../json.ts';
import { elementCount, formatShape, type Shape } from '../../../tensor.ts';
import { identity, layoutOf, reshaped, transposed } from '../layout.ts';
import type { Operation, Reader } from '../operation.ts';
import { constantOf, requireElementType } from '../tensor.ts';
import { isConstant, type RunTime, type Value, valueShape } from '../value.ts';

/** The value under another shape: atoms are cut and joined where that is possible, else memory takes ONNX's order. */
export function reshape(op: Operation, value: Value, shape: Shape): Value {
  if (isConstant(value)) return { ...value, shape };
  const layout = reshaped(value.layout, shape);
  if (layout) return { ...value, layout };
  const placed = op.graph.arrange(value, identity(valueShape(value).length));
  return { placed: op.graph.reshape(placed, shape), layout: layoutOf(shape) };
}

/** 0 keeps an axis (unless allowzero), one −1 is worked out. */
export function wantedShape(op: Operation, from: Shape, wanted: readonly number[]): Shape {
  const allowZero = op.attributes.integer('allowzero', 0) === 1;
  const sides = wanted.map((side, axis) => (side === 0 && !allowZero ? (from[axis] ?? 0) : side));
  const open = sides.filter((side) => side === -1).length;
  const known = elementCount(sides.filter((side) => side !== -1));
  const count = elementCount(from);
  const shape = sides.map((side) => (side === -1 ? count / known : side));
  if (open > 1 || elementCount(shape) !== count || shape.some((side) => !Number.isInteger(side) || side < 0)) {
    throw op.invalid(`${formatShape(from)} cannot be reshaped to ${formatShape(wanted)}`);
  }
  return shape;
}

const reshapeReader: Reader = (op) => {
  const wanted = op.attributes.integers('shape') ?? op.shapeInput(1, 'the shape');
  op.checkRank(wanted.length);
  return reshape(op, op.input(0), wantedShape(op, op.shape(0), wanted));
};

const flatten: Reader = (op) => {
  const shape = op.shape(0);
  const axis = op.attributes.integer('axis', 1);
  const cut = axis < 0 ? axis + shape.length : axis;
  if (cut < 0 || cut > shape.length) throw op.invalid(`axis ${axis} is not one of ${shape.length}`);
  return reshape(op, op.input(0), [elementCount(shape.slice(0, cut)), elementCount(shape.slice(cut))]);
};

const squeeze: Reader = (op) => {
  const shape = op.shape(0);
  const given = op.integers('axes', 1);
  const axes = given ? op.axes(given, shape.length) : identity(shape.length).filter((axis) => shape[axis] === 1);
  const wrong = axes.find((axis) => shape[axis] !== 1);
  if (wrong !== undefined) throw op.invalid(`axis ${wrong} of ${formatShape(shape)} is not of length 1`);
  return reshape(
    op,
    op.input(0),
    shape.filter((_, axis) => !axes.includes(axis)),
  );
};

const unsqueeze: Reader = (op) => {
  const given = op.integers('axes', 1);
  if (!given) throw op.invalid('the axes are missing');
  const rank = op.shape(0).length + given.length;
  op.checkRank(rank);
  const axes = op.axes(given, rank);
  if (axes.length !== given.length) throw op.invalid(`the axes ${given.join(', ')} name one twice`);
  const shape = [...op.shape(0)];
  for (const axis of axes) shape.splice(axis, 0, 1);
  return reshape(op, op.input(0), shape);
};

/** A Transpose's order of axes: the reverse one where it is not said. */
export function permutationOf(op: Operation): readonly number[] {
  const rank = op.shape(0).length;
  const permutation = op.attributes.integers('perm') ?? [...identity(rank)].reverse();
  if (permutation.length !== rank || identity(rank).some((axis) => !permutation.includes(axis))) {
    throw op.invalid(`perm ${excerpt(permutation)} is no order of ${rank} axes`);
  }
  return permutation;
}

const transpose: Reader = (op) => {
  const value = op.runTime(0);
  return { ...value, layout: transposed(value.layout, permutationOf(op)) } satisfies RunTime;
};

const pass: Reader = (op) => op.input(0);

const dropout: Reader = (op) => {
  const isTraining = op.inputs[2] && isConstant(op.inputs[2]) && op.inputs[2].data[0] !== 0;
  if (isTraining || (op.opset < 7 && op.attributes.integer('is_test', 0) === 0))
    throw op.unsupported('training', 'it is in training mode');
  if (op.wants(1)) throw op.unsupported('element type', 'its mask (output 1) is not supported');
  return op.input(0);
};

/** Between f32 and f32 alone: a run computes with nothing else. */
const cast: Reader = (op) => {
  const to = requireElementType(op.attributes.required('to'));
  if (to !== 'float32') throw op.unsupported('element type', `it makes ${to} at run time, only float32 is supported`);
  return op.input(0);
};

/** Shapes are known at import. */
const shapeReader: Reader = (op) => {
  const shape = op.shape(0);
  const clamp = (axis: number) => Math.min(Math.max(axis < 0 ? axis + shape.length : axis, 0), shape.length);
  const start = clamp(op.attributes.integer('start', 0));
  const end = clamp(op.attributes.integer('end', shape.length));
  const sides = shape.slice(start, Math.max(start, end));
  return constantOf('int64', [sides.length], sides);
};

const size: Reader = (op) => constantOf('int64', [], [elementCount(op.shape(0))]);

export const shapes: Readonly<Record<string, Reader>> = {
  Cast: cast,
  Dropout: dropout,
  Flatten: flatten,
  Identity: pass,
  Reshape: reshapeReader,
  Shape: shapeReader,
  Size: size,
  Squeeze: squeeze,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};

/** Known tensors taken apart, put together and made: what shape arithmetic of exporters consists of. */
import { elementCount, formatShape, type Shape } from '../../tensor.ts';
import { identity } from './layout.ts';
import type { Fold, Operation } from './operation.ts';
import { concatShape, expandedShape, partsOf, type Range, rangesOf, repeatsOf } from './operators/movement.ts';
import { permutationOf } from './operators/shape.ts';
import { permuted } from './permuted.ts';
import { type Constant, constantOf } from './tensor.ts';

const stridesOf = (shape: Shape): readonly number[] => shape.map((_, axis) => elementCount(shape.slice(axis + 1)));

/** Elements of a constant at computed places: `place` maps the indices of the result to an offset. */
function collect(op: Operation, source: Constant, shape: Shape, place: (index: readonly number[]) => number): Constant {
  op.graph.spend(elementCount(shape));
  const index = shape.map(() => 0);
  const data = new (source.data.constructor as Float32ArrayConstructor | Float64ArrayConstructor)(elementCount(shape));
  for (let i = 0; i < data.length; i++) {
    data[i] = source.data[place(index)] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return { type: source.type, shape, data };
}

/** A constant broadcast to a shape. */
export function spread(op: Operation, source: Constant, shape: Shape): Constant {
  const missing = shape.length - source.shape.length;
  const strides = stridesOf(source.shape);
  return collect(op, source, shape, (index) =>
    source.shape.reduce(
      (sum, side, axis) => sum + (side === 1 ? 0 : (index[axis + missing] as number) * (strides[axis] as number)),
      0,
    ),
  );
}

const expand: Fold = (op) => spread(op, op.known(0), expandedShape(op, op.shape(0), op.shapeInput(1, 'the shape')));

const concat: Fold = (op) => {
  const inputs = op.inputs.map((_, i) => op.known(i));
  const { shape, axis } = concatShape(op);
  op.graph.spend(elementCount(shape));
  const outer = elementCount(shape.slice(0, axis));
  const rows = inputs.map(({ data }) => data.length / Math.max(outer, 1));
  const values = new Float64Array(elementCount(shape));
  let next = 0;
  for (let i = 0; i < outer; i++) {
    inputs.forEach(({ data }, input) => {
      const part = data.subarray(i * (rows[input] as number), (i + 1) * (rows[input] as number));
      values.set(part, next);
      next += part.length;
    });
  }
  return constantOf(op.known(0).type, shape, values);
};

const gather: Fold = (op) => {
  const [source, indices] = [op.known(0), op.known(1)];
  const axis = op.axis(op.attributes.integer('axis', 0), source.shape.length);
  const picked = op.indices(indices, source.shape[axis] as number);
  const shape = source.shape.toSpliced(axis, 1, ...indices.shape);
  const strides = stridesOf(source.shape);
  const indexStrides = stridesOf(indices.shape);
  const rank = indices.shape.length;
  return collect(op, source, shape, (index) => {
    const at = indexStrides.reduce((sum, stride, i) => sum + (index[axis + i] as number) * stride, 0);
    const places = [...index.slice(0, axis), picked[at] as number, ...index.slice(axis + rank)];
    return places.reduce((sum, place, i) => sum + place * (strides[i] as number), 0);
  });
};

function cut(op: Operation, source: Constant, ranges: readonly Range[]): Constant {
  const strides = stridesOf(source.shape);
  return collect(
    op,
    source,
    ranges.map(({ size }) => size),
    (index) =>
      ranges.reduce(
        (sum, { start, step }, axis) => sum + (start + (index[axis] as number) * step) * (strides[axis] as number),
        0,
      ),
  );
}

const slice: Fold = (op) => cut(op, op.known(0), rangesOf(op, op.shape(0)));

const split: Fold = (op) => partsOf(op).map((ranges) => cut(op, op.known(0), ranges));

const transpose: Fold = (op) => {
  const constant = op.known(0);
  op.graph.spend(constant.data.length);
  return permuted(constant, permutationOf(op));
};

const tile: Fold = (op) => {
  const source = op.known(0);
  const repeats = repeatsOf(op);
  const strides = stridesOf(source.shape);
  return collect(
    op,
    source,
    source.shape.map((side, axis) => side * (repeats[axis] as number)),
    (index) =>
      index.reduce((sum, place, axis) => sum + (place % (source.shape[axis] as number)) * (strides[axis] as number), 0),
  );
};

const range: Fold = (op) => {
  const [start, limit, step] = [op.known(0), op.known(1), op.known(2)].map(({ data }) => data[0] as number);
  const count = Math.max(0, Math.ceil(((limit as number) - (start as number)) / (step as number)));
  if (!Number.isFinite(count)) throw op.invalid(`a range from ${start} to ${limit} in steps of ${step} has no end`);
  op.graph.spend(count);
  return constantOf(
    op.known(0).type,
    [count],
    identity(count).map((i) => (start as number) + i * (step as number)),
  );
};

const constantOfShape: Fold = (op) => {
  const value = op.attributes.tensor('value') ?? constantOf('float32', [1], [0]);
  const shape = op.shapeInput(0, 'the shape');
  if (value.data.length !== 1) throw op.invalid(`its value ${formatShape(value.shape)} is not one number`);
  if (shape.some((side) => side < 0)) throw op.invalid(`a side of ${formatShape(shape)} is negative`);
  op.graph.spend(elementCount(shape));
  return constantOf(value.type, shape, new Float64Array(elementCount(shape)).fill(value.data[0] as number));
};

export const movementFolds: Readonly<Record<string, Fold>> = {
  Concat: concat,
  ConstantOfShape: constantOfShape,
  Expand: expand,
  Gather: gather,
  Range: range,
  Slice: slice,
  Split: split,
  Tile: tile,
  Transpose: transpose,
};

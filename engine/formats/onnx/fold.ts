/**
 * Arithmetic on what is known at import: above all that of shapes. Integers are exact, f32 is rounded as a run would.
 * Nothing here needs a host's exp or pow, so an import gives the same bytes on every machine.
 */
import { elementCount, type Shape } from '../../tensor.ts';
import { identity, permuteData } from './layout.ts';
import type { Operation } from './operation.ts';
import { expandedShape, partsOf, rangesOf } from './operators/movement.ts';
import { type Constant, constantOf, type ElementType, isFloat, requireElementType } from './tensor.ts';

type Fold = (op: Operation, inputs: readonly Constant[]) => Constant | readonly Constant[];

const first = (inputs: readonly Constant[]): Constant => inputs[0] as Constant;

const stridesOf = (shape: Shape): readonly number[] => shape.map((_, axis) => elementCount(shape.slice(axis + 1)));

/** Elements of a constant at computed places: `place` maps the indices of the result to an offset. */
function collect(source: Constant, shape: Shape, place: (index: readonly number[]) => number): Constant {
  const index = shape.map(() => 0);
  const values = Array.from({ length: elementCount(shape) }, () => {
    const value = source.data[place(index)] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < (shape[axis] as number)) break;
      index[axis] = 0;
    }
    return value;
  });
  return constantOf(source.type, shape, values);
}

/** A constant broadcast to a shape. */
function spread(source: Constant, shape: Shape): Constant {
  const missing = shape.length - source.shape.length;
  const strides = stridesOf(source.shape);
  return collect(source, shape, (index) =>
    source.shape.reduce(
      (sum, side, axis) => sum + (side === 1 ? 0 : (index[axis + missing] as number) * (strides[axis] as number)),
      0,
    ),
  );
}

const binary =
  (compute: (a: number, b: number, type: ElementType) => number, result?: ElementType): Fold =>
  (op, inputs) => {
    const [a, b] = inputs as readonly [Constant, Constant];
    const shape = expandedShape(op, a.shape, b.shape);
    const [left, right] = [spread(a, shape).data, spread(b, shape).data];
    return constantOf(
      result ?? a.type,
      shape,
      Array.from(left, (value, i) => compute(value, right[i] as number, a.type)),
    );
  };

const variadic =
  (compute: (a: number, b: number) => number): Fold =>
  (op, inputs) =>
    inputs.slice(1).reduce((result, next) => binary(compute)(op, [result, next]) as Constant, first(inputs));

const unary =
  (compute: (x: number) => number): Fold =>
  (_, inputs) => {
    const { type, shape, data } = first(inputs);
    return constantOf(type, shape, Array.from(data, compute));
  };

/** Integers are divided towards zero. */
const divide = (a: number, b: number, type: ElementType): number => (isFloat(type) ? a / b : Math.trunc(a / b));

const truth = (value: boolean): number => (value ? 1 : 0);

const cast: Fold = (op, inputs) => {
  const to = requireElementType(op.attributes.integer('to', 1));
  const { shape, data } = first(inputs);
  const convert = (value: number): number => {
    if (to === 'bool') return truth(value !== 0);
    return isFloat(to) ? value : Math.trunc(value);
  };
  return constantOf(to, shape, Array.from(data, convert));
};

const concat: Fold = (op, inputs) => {
  const { type, shape } = first(inputs);
  const axis = op.axis(op.attributes.integer('axis', 1), shape.length);
  const outer = elementCount(shape.slice(0, axis));
  const values = identity(outer).flatMap((i) =>
    inputs.flatMap(({ data }) => [...data.subarray((i * data.length) / outer, ((i + 1) * data.length) / outer)]),
  );
  const length = inputs.reduce((sum, input) => sum + (input.shape[axis] as number), 0);
  return constantOf(type, shape.with(axis, length), values);
};

const gather: Fold = (op, inputs) => {
  const [source, indices] = inputs as readonly [Constant, Constant];
  const axis = op.axis(op.attributes.integer('axis', 0), source.shape.length);
  const length = source.shape[axis] as number;
  const shape = source.shape.toSpliced(axis, 1, ...indices.shape);
  const strides = stridesOf(source.shape);
  const indexStrides = stridesOf(indices.shape);
  const rank = indices.shape.length;
  return collect(source, shape, (index) => {
    const at = indexStrides.reduce((sum, stride, i) => sum + (index[axis + i] as number) * stride, 0);
    const picked = indices.data[at] as number;
    if (picked < -length || picked >= length) throw op.invalid(`index ${picked} is not one of ${length}`);
    const places = [...index.slice(0, axis), picked < 0 ? picked + length : picked, ...index.slice(axis + rank)];
    return places.reduce((sum, place, i) => sum + place * (strides[i] as number), 0);
  });
};

type Ranges = ReturnType<typeof rangesOf>;

function cut(source: Constant, ranges: Ranges): Constant {
  const strides = stridesOf(source.shape);
  return collect(
    source,
    ranges.map(({ size }) => size),
    (index) =>
      ranges.reduce(
        (sum, { start, step }, axis) => sum + (start + (index[axis] as number) * step) * (strides[axis] as number),
        0,
      ),
  );
}

const split: Fold = (op, inputs) => {
  const source = first(inputs);
  const axis = op.axis(op.attributes.integer('axis', 0), source.shape.length);
  let start = 0;
  return partsOf(op, source.shape[axis] as number).map((size) => {
    const ranges = source.shape.map((side, other) =>
      other === axis ? { start, size, step: 1 } : { start: 0, size: side, step: 1 },
    );
    start += size;
    return cut(source, ranges);
  });
};

const transpose: Fold = (op, inputs) => {
  const { type, shape, data } = first(inputs);
  const permutation = op.attributes.integers('perm') ?? [...identity(shape.length)].reverse();
  return { type, shape: permutation.map((axis) => shape[axis] as number), data: permuteData(data, shape, permutation) };
};

const tile: Fold = (_, inputs) => {
  const [source, repeats] = inputs as readonly [Constant, Constant];
  const strides = stridesOf(source.shape);
  return collect(
    source,
    source.shape.map((side, axis) => side * (repeats.data[axis] as number)),
    (index) =>
      index.reduce((sum, place, axis) => sum + (place % (source.shape[axis] as number)) * (strides[axis] as number), 0),
  );
};

const where: Fold = (op, inputs) => {
  const [condition, yes, no] = inputs as readonly [Constant, Constant, Constant];
  const shape = expandedShape(op, expandedShape(op, condition.shape, yes.shape), no.shape);
  const [choices, a, b] = [spread(condition, shape).data, spread(yes, shape).data, spread(no, shape).data];
  return constantOf(
    yes.type,
    shape,
    Array.from(choices, (choice, i) => (choice !== 0 ? a[i] : b[i]) as number),
  );
};

const range: Fold = (_, inputs) => {
  const [start, limit, step] = inputs.map(({ data }) => data[0]) as [number, number, number];
  const count = Math.max(0, Math.ceil((limit - start) / step));
  return constantOf(
    first(inputs).type,
    [count],
    Array.from({ length: count }, (_, i) => start + i * step),
  );
};

const constantOfShape: Fold = (op, inputs) => {
  const value = op.attributes.tensor('value') ?? constantOf('float32', [1], [0]);
  const shape = [...first(inputs).data];
  return constantOf(value.type, shape, new Float64Array(elementCount(shape)).fill(value.data[0] as number));
};

/** A Constant node holds a tensor, or numbers in an attribute of their type. */
const constant: Fold = (op) => {
  const { attributes } = op;
  const tensor = attributes.tensor('value');
  if (tensor) return tensor;
  const floats = attributes.floats('value_floats');
  const integers = attributes.integers('value_ints');
  if (floats) return constantOf('float32', [floats.length], floats);
  if (integers) return constantOf('int64', [integers.length], integers);
  if (attributes.has('value_float')) return constantOf('float32', [], [attributes.float('value_float', 0)]);
  if (attributes.has('value_int')) return constantOf('int64', [], [attributes.integer('value_int', 0)]);
  throw op.unsupported('feature', 'it holds neither a tensor nor numbers');
};

/** Operators on known values; where all inputs are known and an operator is here, no node is made. */
export const folds: Readonly<Record<string, Fold>> = {
  Abs: unary(Math.abs),
  Add: variadic((a, b) => a + b),
  And: binary((a, b) => truth(a !== 0 && b !== 0), 'bool'),
  Cast: cast,
  Ceil: unary(Math.ceil),
  Concat: concat,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Div: binary(divide),
  Equal: binary((a, b) => truth(a === b), 'bool'),
  Expand: (op, inputs) =>
    spread(first(inputs), expandedShape(op, first(inputs).shape, [...(inputs[1] as Constant).data])),
  Floor: unary(Math.floor),
  Gather: gather,
  Greater: binary((a, b) => truth(a > b), 'bool'),
  GreaterOrEqual: binary((a, b) => truth(a >= b), 'bool'),
  Less: binary((a, b) => truth(a < b), 'bool'),
  LessOrEqual: binary((a, b) => truth(a <= b), 'bool'),
  Max: variadic((a, b) => Math.max(a, b)),
  Min: variadic((a, b) => Math.min(a, b)),
  Mul: variadic((a, b) => a * b),
  Neg: unary((x) => -x),
  Not: unary((x) => truth(x === 0)),
  Or: binary((a, b) => truth(a !== 0 || b !== 0), 'bool'),
  Range: range,
  Slice: (op, inputs) => cut(first(inputs), rangesOf(op, first(inputs).shape)),
  Split: split,
  Sqrt: unary(Math.sqrt),
  Sub: binary((a, b) => a - b),
  Tile: tile,
  Transpose: transpose,
  Where: where,
};

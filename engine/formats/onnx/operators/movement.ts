/** What takes values apart and puts them together. */
import { excerpt } from '../../../json.ts';
import { elementCount, formatShape, type Shape } from '../../../tensor.ts';
import { type Atom, identity, layoutOf, permute } from '../layout.ts';
import type { Operation, Reader } from '../operation.ts';
import { lift, type RunTime, type Value, valueShape } from '../value.ts';

/** Runs a layer that takes one number (or pair) an axis: they are given as ONNX numbers axes, and handed on as memory does. */
export function alongAxes<T>(
  op: Operation,
  value: RunTime,
  kind: 'slice' | 'pad' | 'expand',
  perAxis: Readonly<Record<string, readonly T[]>>,
  others: object = {},
): RunTime {
  const order = op.graph.naturalOrder(value);
  const attributes = Object.fromEntries(Object.entries(perAxis).map(([name, list]) => [name, permute(list, order)]));
  const placed = op.graph.add(kind, [op.graph.arrange(value, order)], { ...attributes, ...others });
  return op.graph.fromOrder(placed, order);
}

/** What a Concat makes, and along which axis; below operator set 4 that is 1 where it is not said. */
export function concatShape(op: Operation): { readonly shape: Shape; readonly axis: number } {
  const first = op.shape(0);
  const axis = op.axis(op.opset < 4 ? op.attributes.integer('axis', 1) : op.attributes.required('axis'), first.length);
  let length = 0;
  for (const i of op.inputs.keys()) {
    const shape = op.shape(i);
    if (shape.length !== first.length || shape.some((side, other) => other !== axis && side !== first[other])) {
      const found = `${formatShape(first)} and ${formatShape(shape)}`;
      throw op.invalid(`inputs joined along axis ${axis} may differ in no other axis: ${found}`);
    }
    length += shape[axis] as number;
  }
  return { shape: first.with(axis, length), axis };
}

const concat: Reader = (op) => {
  const { axis } = concatShape(op);
  const values = op.inputs.map((_, i) => op.input(i)).filter((value) => elementCount(valueShape(value)) > 0);
  const order = op.graph.commonOrder(values);
  const placed = op.graph.add(
    'concat',
    values.map((value) => op.graph.arrange(value, order)),
    { axis: order.indexOf(axis) },
  );
  return op.graph.fromOrder(placed, order);
};

export interface Range {
  readonly start: number;
  readonly size: number;
  readonly step: number;
}

/** A part of a value; a range an axis. */
export function sliced(op: Operation, value: RunTime, ranges: readonly Range[]): Value {
  const sizes = ranges.map(({ size }) => size);
  if (elementCount(sizes) === 0) return op.empty(sizes);
  const shape = valueShape(value);
  if (ranges.every(({ start, size, step }, axis) => start === 0 && step === 1 && size === shape[axis])) return value;
  const starts = ranges.map(({ start }) => start);
  const steps = ranges.map(({ step }) => step);
  return alongAxes(op, value, 'slice', { starts, sizes, steps });
}

/** What Slice's starts, ends, axes and steps mean for a shape, clamped as NumPy clamps. */
export function rangesOf(op: Operation, shape: Shape): readonly Range[] {
  const list = (name: string, i: number) => op.integers(name, i);
  const [starts, ends] = [list('starts', 1), list('ends', 2)];
  if (!starts || !ends) throw op.invalid('starts or ends are missing');
  const axes = (list('axes', 3) ?? identity(starts.length)).map((axis) => op.axis(axis, shape.length));
  const steps = list('steps', 4) ?? starts.map(() => 1);
  const lengths = [starts, ends, axes, steps].map(({ length }) => length);
  if (new Set(lengths).size > 1 || new Set(axes).size < axes.length) {
    throw op.invalid(`starts, ends, axes and steps do not belong together: there are ${lengths.join(', ')} of them`);
  }
  const ranges = shape.map((size): Range => ({ start: 0, size, step: 1 }));
  axes.forEach((axis, i) => {
    const [start, end, step] = [starts[i] as number, ends[i] as number, steps[i] as number];
    ranges[axis] = rangeOf(op, shape[axis] as number, start, end, step);
  });
  return ranges;
}

function rangeOf(op: Operation, length: number, from: number, to: number, step: number): Range {
  if (step === 0) throw op.invalid('a step is 0');
  const clamp = (place: number, lo: number, hi: number) =>
    Math.min(Math.max(place < 0 ? place + length : place, lo), hi);
  const [start, end] =
    step > 0 ? [clamp(from, 0, length), clamp(to, 0, length)] : [clamp(from, 0, length - 1), clamp(to, -1, length - 1)];
  return { start, size: Math.max(0, Math.ceil((end - start) / step)), step };
}

const slice: Reader = (op) => sliced(op, op.runTime(0), rangesOf(op, op.shape(0)));

/** What a Split makes: parts of given sizes, or as many equal ones as there are outputs (the last may be smaller). */
export function partsOf(op: Operation): readonly (readonly Range[])[] {
  const shape = op.shape(0);
  const axis = op.axis(op.attributes.integer('axis', 0), shape.length);
  const length = shape[axis] as number;
  const given = op.integers('split', 1);
  const count = given?.length ?? op.attributes.integer('num_outputs', op.outputCount);
  if (count !== op.outputCount) throw op.invalid(`it makes ${count} parts, and has ${op.outputCount} outputs`);
  const part = Math.ceil(length / count);
  const sizes = given ?? identity(count).map((i) => Math.min(part, length - i * part));
  if (sizes.reduce((a, b) => a + b, 0) !== length || sizes.some((size) => size < 0)) {
    throw op.invalid(`parts of ${excerpt(sizes)} do not make up an axis of ${length}`);
  }
  let start = 0;
  return sizes.map((size) => {
    const ranges = shape.map(
      (side, other): Range => (other === axis ? { start, size, step: 1 } : { start: 0, size: side, step: 1 }),
    );
    start += size;
    return ranges;
  });
}

const split: Reader = (op) => partsOf(op).map((ranges) => sliced(op, op.runTime(0), ranges));

const gather: Reader = (op) => {
  const value = op.runTime(0);
  const shape = valueShape(value);
  const axis = op.axis(op.attributes.integer('axis', 0), shape.length);
  const picked = op.constant(1, 'the indices');
  const indices = op.indices(picked, shape[axis] as number);
  const wanted = shape.toSpliced(axis, 1, ...picked.shape);
  if (elementCount(wanted) === 0) return op.empty(wanted);
  const order = op.graph.naturalOrder(value);
  const placed = op.graph.add('gather', [op.graph.arrange(value, order)], { axis: order.indexOf(axis), indices });
  const { layout } = op.graph.fromOrder(placed, order);
  // The one axis becomes those of the indices, in place.
  const parts = layoutOf(picked.shape);
  const [atom] = layout.axes[axis] as readonly Atom[];
  const memory = atom ? layout.order.flatMap((other) => (other === atom ? parts.order : [other])) : layout.order;
  return { placed, layout: { axes: layout.axes.toSpliced(axis, 1, ...parts.axes), order: memory } };
};

/** Both shapes broadcast. */
export function expandedShape(op: Operation, shape: Shape, wanted: Shape): Shape {
  const rank = Math.max(shape.length, wanted.length);
  const isNegative = wanted.some((side) => side < 0);
  const from = [...Array.from({ length: rank - shape.length }, () => 1), ...shape];
  const to = [...Array.from({ length: rank - wanted.length }, () => 1), ...wanted];
  return from.map((side, axis) => {
    const other = to[axis] as number;
    if (isNegative || (side !== other && side !== 1 && other !== 1)) {
      throw op.invalid(`${formatShape(shape)} cannot be expanded to ${formatShape(wanted)}`);
    }
    return side === 1 ? other : side;
  });
}

const expand: Reader = (op) => {
  const shape = expandedShape(op, op.shape(0), op.shapeInput(1, 'the shape'));
  if (elementCount(shape) === 0) return op.empty(shape);
  return alongAxes(op, lift(op.runTime(0), shape.length), 'expand', { shape });
};

/** How often each axis is repeated. Tile of operator set 1 had two inputs, tiles and axis; nobody writes that any more. */
export function repeatsOf(op: Operation): readonly number[] {
  const repeats = op.shapeInput(1, 'the repeats');
  const { length } = op.shape(0);
  if (repeats.length !== length)
    throw op.invalid(`expected a repeat for each of ${length} axes, got ${repeats.length}`);
  if (repeats.some((count) => count < 0)) throw op.invalid(`the repeats ${repeats.join(', ')} are negative`);
  return repeats;
}

/** Copies of an axis that are written one by one. */
const MAX_COPIES = 1000;

const tile: Reader = (op) => {
  const repeats = repeatsOf(op);
  const shape = op.shape(0);
  const most = Math.max(0, ...repeats);
  if (most > MAX_COPIES) throw op.unsupported('feature', `it repeats an axis ${most} times, at most ${MAX_COPIES} are`);
  if (repeats.includes(0)) return op.empty(shape.map((side, axis) => side * (repeats[axis] as number)));
  return repeats.reduce<RunTime>((value, count, axis) => {
    if (count === 1) return value;
    const order = op.graph.naturalOrder(value);
    const copies = Array.from({ length: count }, () => op.graph.arrange(value, order));
    return op.graph.fromOrder(op.graph.add('concat', copies, { axis: order.indexOf(axis) }), order);
  }, op.runTime(0));
};

const depthToSpace: Reader = (op) => {
  op.requireRank(0, 4);
  const attributes = { block: op.attributes.integer('blocksize', 0), mode: op.attributes.text('mode', 'DCR') };
  return op.graph.fromImage(op.graph.add('depthToSpace', [op.graph.image(op.input(0))], attributes), 4);
};

const spaceToDepth: Reader = (op) => {
  op.requireRank(0, 4);
  const attributes = { block: op.attributes.integer('blocksize', 0) };
  return op.graph.fromImage(op.graph.add('spaceToDepth', [op.graph.image(op.input(0))], attributes), 4);
};

export const movement: Readonly<Record<string, Reader>> = {
  Concat: concat,
  DepthToSpace: depthToSpace,
  Expand: expand,
  Gather: gather,
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Tile: tile,
};

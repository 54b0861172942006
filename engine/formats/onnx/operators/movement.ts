/** What takes values apart and puts them together. */
import { elementCount, formatShape, type Shape } from '../../../tensor.ts';
import { lift } from '../builder.ts';
import { identity, layoutOf, permute } from '../layout.ts';
import type { Operation, Reader } from '../operation.ts';
import { type RunTime, type Value, valueShape } from '../value.ts';

/** Runs a layer that takes one number (or pair) an axis: they are given as ONNX numbers axes, and handed on as memory does. */
function alongAxes<T>(
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

const concat: Reader = (op) => {
  const values = op.inputs.map((_, i) => op.input(i)).filter((value) => elementCount(valueShape(value)) > 0);
  const first = values[0];
  if (!first) return op.empty(op.shape(0));
  const axis = op.axis(op.attributes.integer('axis', 1), valueShape(first).length);
  const order = op.graph.commonOrder(values);
  const placed = op.graph.add(
    'concat',
    values.map((value) => op.graph.arrange(value, order)),
    { axis: order.indexOf(axis) },
  );
  return op.graph.fromOrder(placed, order);
};

interface Range {
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
  if (!starts || !ends || starts.length !== ends.length)
    throw op.invalid('starts and ends are missing or of different lengths');
  const axes = (list('axes', 3) ?? identity(starts.length)).map((axis) => op.axis(axis, shape.length));
  const steps = list('steps', 4) ?? starts.map(() => 1);
  const ranges = shape.map((size): Range => ({ start: 0, size, step: 1 }));
  axes.forEach((axis, i) => {
    ranges[axis] = rangeOf(op, shape[axis] as number, starts[i] as number, ends[i] as number, steps[i] ?? 1);
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

/** Parts of given sizes, or as many equal ones as there are outputs (the last may be smaller). */
export function partsOf(op: Operation, length: number): readonly number[] {
  const given = op.integers('split', 1);
  const count = given?.length ?? op.attributes.integer('num_outputs', op.outputCount);
  const size = Math.ceil(length / count);
  const sizes = given ?? identity(count).map((i) => Math.min(size, length - i * size));
  if (sizes.reduce((a, b) => a + b, 0) !== length || sizes.some((part) => part < 0)) {
    throw op.invalid(`parts of ${sizes.join(', ')} do not make up an axis of ${length}`);
  }
  return sizes;
}

const split: Reader = (op) => {
  const value = op.runTime(0);
  const shape = valueShape(value);
  const axis = op.axis(op.attributes.integer('axis', 0), shape.length);
  let start = 0;
  return partsOf(op, shape[axis] as number).map((size) => {
    const ranges = shape.map(
      (side, other): Range => (other === axis ? { start, size, step: 1 } : { start: 0, size: side, step: 1 }),
    );
    start += size;
    return sliced(op, value, ranges);
  });
};

const gather: Reader = (op) => {
  const value = op.runTime(0);
  const shape = valueShape(value);
  const axis = op.axis(op.attributes.integer('axis', 0), shape.length);
  const picked = op.constant(1, 'the indices');
  const length = shape[axis] as number;
  const indices = [...picked.data].map((index) => (index < 0 ? index + length : index));
  const wrong = indices.find((index) => index < 0 || index >= length);
  if (wrong !== undefined) throw op.invalid(`index ${wrong} is not one of ${length}`);
  const wanted = shape.toSpliced(axis, 1, ...picked.shape);
  if (elementCount(wanted) === 0) return op.empty(wanted);
  const order = op.graph.naturalOrder(value);
  const placed = op.graph.add('gather', [op.graph.arrange(value, order)], { axis: order.indexOf(axis), indices });
  const { layout } = op.graph.fromOrder(placed, order);
  // The one axis becomes those of the indices, in place.
  const parts = layoutOf(picked.shape);
  const [atom] = layout.axes[axis] as readonly object[];
  const memory = atom ? layout.order.flatMap((other) => (other === atom ? parts.order : [other])) : layout.order;
  return { placed, layout: { axes: layout.axes.toSpliced(axis, 1, ...parts.axes), order: memory } };
};

/** Both shapes broadcast. */
export function expandedShape(op: Operation, shape: Shape, wanted: Shape): Shape {
  const rank = Math.max(shape.length, wanted.length);
  const from = [...Array.from({ length: rank - shape.length }, () => 1), ...shape];
  const to = [...Array.from({ length: rank - wanted.length }, () => 1), ...wanted];
  return from.map((side, axis) => {
    const other = to[axis] as number;
    if (side !== other && side !== 1 && other !== 1) {
      throw op.invalid(`${formatShape(shape)} cannot be expanded to ${formatShape(wanted)}`);
    }
    return side === 1 ? other : side;
  });
}

const expand: Reader = (op) => {
  const shape = expandedShape(op, op.shape(0), [...op.constant(1, 'the shape').data]);
  if (elementCount(shape) === 0) return op.empty(shape);
  return alongAxes(op, lift(op.runTime(0), shape.length), 'expand', { shape });
};

/** Tile of operator set 1 had two inputs, tiles and axis; nobody writes that any more. */
const tile: Reader = (op) => {
  const repeats = [...op.constant(1, 'the repeats').data];
  const shape = op.shape(0);
  if (repeats.length !== shape.length) {
    throw op.invalid(`expected a repeat for each of ${shape.length} axes, got ${repeats.length}`);
  }
  if (repeats.includes(0)) return op.empty(shape.map((side, axis) => side * (repeats[axis] as number)));
  return repeats.reduce<RunTime>((value, count, axis) => {
    if (count === 1) return value;
    const order = op.graph.naturalOrder(value);
    const copies = Array.from({ length: count }, () => op.graph.arrange(value, order));
    return op.graph.fromOrder(op.graph.add('concat', copies, { axis: order.indexOf(axis) }), order);
  }, op.runTime(0));
};

const padModes: Readonly<Record<string, string>> = {
  constant: 'constant',
  reflect: 'reflect',
  edge: 'edge',
  wrap: 'wrap',
};

const pad: Reader = (op) => {
  const shape = op.shape(0);
  const pads = op.integers(op.attributes.has('paddings') ? 'paddings' : 'pads', 1);
  if (!pads) throw op.invalid('the paddings are missing');
  const axes = op.optionalConstant(3, 'the axes');
  const padded = axes ? [...axes.data].map((axis) => op.axis(axis, shape.length)) : identity(shape.length);
  if (pads.length !== 2 * padded.length) {
    throw op.invalid(`expected ${2 * padded.length} paddings, got ${pads.length}`);
  }
  const padding = shape.map((): readonly [number, number] => [0, 0]);
  padded.forEach((axis, i) => {
    padding[axis] = [pads[i] as number, pads[i + padded.length] as number];
  });
  const mode = padModes[op.attributes.text('mode', 'constant')];
  if (!mode) throw op.unsupported('feature', `mode ${op.attributes.text('mode', '')} is not supported`);
  const value = op.opset < 11 ? op.attributes.float('value', 0) : (op.optionalConstant(2, 'the value')?.data[0] ?? 0);
  // A negative padding cuts off.
  const ranges = shape.map((side, axis): Range => {
    const [before, after] = padding[axis] as readonly [number, number];
    return { start: Math.max(0, -before), size: side + Math.min(0, before) + Math.min(0, after), step: 1 };
  });
  const rest = sliced(op, op.runTime(0), ranges);
  const growth = padding.map(([before, after]) => [Math.max(0, before), Math.max(0, after)] as const);
  if (growth.every(([before, after]) => before === 0 && after === 0)) return rest;
  return alongAxes(op, op.toRunTime(rest), 'pad', { padding: growth }, { mode, ...(mode === 'constant' && { value }) });
};

const depthToSpace: Reader = (op) => {
  const attributes = { block: op.attributes.integer('blocksize', 0), mode: op.attributes.text('mode', 'DCR') };
  return op.graph.fromImage(op.graph.add('depthToSpace', [op.graph.image(op.input(0))], attributes), 4);
};

const spaceToDepth: Reader = (op) => {
  const attributes = { block: op.attributes.integer('blocksize', 0) };
  return op.graph.fromImage(op.graph.add('spaceToDepth', [op.graph.image(op.input(0))], attributes), 4);
};

export const movement: Readonly<Record<string, Reader>> = {
  Concat: concat,
  DepthToSpace: depthToSpace,
  Expand: expand,
  Gather: gather,
  Pad: pad,
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Tile: tile,
};

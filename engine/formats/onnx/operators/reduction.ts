/** Sums, means and extremes over axes, and softmax. */
import { elementCount, type Shape } from '../../../tensor.ts';
import { identity, layoutOf, permute } from '../layout.ts';
import type { Operation, Reader } from '../operation.ts';
import { type RunTime, valueShape } from '../value.ts';

type ReductionKind = 'reduceMax' | 'reduceMean' | 'reduceMin' | 'reduceSum';

/** A reduction that keeps the axes, with length 1. */
export function reduced(op: Operation, kind: ReductionKind, value: RunTime, axes: readonly number[]): RunTime {
  const order = op.graph.naturalOrder(value);
  const places = axes.map((axis) => order.indexOf(axis)).sort((a, b) => a - b);
  const placed = op.graph.add(kind, [op.graph.arrange(value, order)], { axes: places, keepDimensions: true });
  return op.graph.fromOrder(placed, order);
}

const reduction =
  (kind: ReductionKind): Reader =>
  (op) => {
    const value = op.runTime(0);
    const shape = valueShape(value);
    const given = op.integers('axes', 1);
    const isNothing = given === undefined || given.length === 0;
    if (isNothing && op.attributes.integer('noop_with_empty_axes', 0) === 1) return value;
    const axes = isNothing ? identity(shape.length) : op.axes(given, shape.length);
    const keeps = op.attributes.integer('keepdims', 1) === 1;
    if (elementCount(shape) === 0) throw op.unsupported('feature', 'a reduction of nothing is not supported');
    const result = isGlobalAverage(kind, shape, axes) ? globalAverage(op, value) : reduced(op, kind, value, axes);
    if (keeps) return result;
    const { layout, placed } = result;
    return { placed, layout: { ...layout, axes: layout.axes.filter((_, axis) => !axes.includes(axis)) } };
  };

/** The mean of each channel of an image, as most exporters write global average pooling. */
const isGlobalAverage = (kind: ReductionKind, shape: Shape, axes: readonly number[]): boolean =>
  kind === 'reduceMean' && shape.length === 4 && axes.join() === '2,3';

function globalAverage(op: Operation, value: RunTime): RunTime {
  const placed = op.graph.add('globalAveragePool2d', [op.graph.image(value)]);
  return { placed, layout: layoutOf([...placed.shape, 1, 1]) };
}

/** Below operator set 13 all axes from `axis` on are one; from there on it is that axis alone. */
const alongAxis =
  (kind: 'softmax' | 'logSoftmax'): Reader =>
  (op) => {
    const value = op.runTime(0);
    const shape = valueShape(value);
    if (shape.length === 0) throw op.unsupported('feature', 'a softmax of a scalar is not supported');
    const axis = op.axis(op.attributes.integer('axis', op.opset < 13 ? 1 : -1), shape.length);
    const isOver = (other: number) => (op.opset < 13 ? other >= axis : other === axis);
    const natural = op.graph.naturalOrder(value);
    const order = [...natural.filter((other) => !isOver(other)), ...natural.filter(isOver)];
    const x = op.graph.arrange(value, order);
    const length = elementCount(shape.filter((_, other) => isOver(other)));
    const rows = op.graph.reshape(x, x.shape.at(-1) === length ? x.shape : [elementCount(shape) / length, length]);
    const y = op.graph.reshape(op.graph.add(kind, [rows]), permute(shape, order));
    return op.graph.fromOrder(y, order);
  };

export const reductions: Readonly<Record<string, Reader>> = {
  LogSoftmax: alongAxis('logSoftmax'),
  ReduceMax: reduction('reduceMax'),
  ReduceMean: reduction('reduceMean'),
  ReduceMin: reduction('reduceMin'),
  ReduceSum: reduction('reduceSum'),
  Softmax: alongAxis('softmax'),
};

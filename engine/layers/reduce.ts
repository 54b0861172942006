/** Sums, means and extremes over some axes of a tensor: what reduceSum, reduceMean, reduceMax and reduceMin share. */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { call, type KernelCall, type Operand } from '../region.ts';
import { formatShape, type Shape } from '../tensor.ts';
import { broadcastLoops, reducePairs } from './broadcast.ts';
import { type BackwardContext, type Context, type Layer, layer, type QuantizedLayer, type Sample } from './layer.ts';
import { type OnnxValue, type OnnxWriter, own } from './onnx.ts';

const attributes = v.strictObject({
  /** Which axes to reduce, ascending; none at all leaves x as it is. */
  axes: v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(5))),
    v.check((axes) => axes.every((axis, i) => i === 0 || axis > (axes[i - 1] as number)), 'expected ascending axes'),
  ),
  /** Reduced axes stay, with length 1. */
  keepDimensions: v.optional(v.boolean(), false),
});
export type Attributes = v.InferOutput<typeof attributes>;

function outputShape(x: Shape, { axes, keepDimensions }: Attributes): Shape {
  const beyond = axes.find((axis) => axis >= x.length);
  if (beyond !== undefined || x.length > 6) {
    throw new EngineError(
      'shape-mismatch',
      beyond === undefined
        ? `at most 6 axes, got ${formatShape(x)}`
        : `axis ${beyond} is to be reduced, the input ${formatShape(x)} has ${x.length} axes`,
    );
  }
  const reduced = new Set(axes);
  if (keepDimensions) return x.map((length, axis) => (reduced.has(axis) ? 1 : length));
  return x.filter((_, axis) => !reduced.has(axis));
}

/** k0 r0 … k3 r3, as kernels take them. */
export function pairsOf({ x: [x], a }: Context<Attributes>): readonly number[] {
  return reducePairs((x as Operand).shape, (axis) => a.axes.includes(axis));
}

/** How many elements of x each of y is made of. */
export const countOf = ({ x: [x], a }: Context<Attributes>): number =>
  a.axes.reduce((product, axis) => product * ((x as Operand).shape[axis] as number), 1);

/** dx = dy / divisor at all that y was made of. */
export function spreadGradient(c: BackwardContext<Attributes>, dx: Operand, divisor: number): KernelCall {
  const stretched = outputShape(dx.shape, { axes: c.a.axes, keepDimensions: true });
  return call('spread', c.dy, dx, broadcastLoops(dx.shape, [stretched]), divisor);
}

/** The axes that are left may come in another order where the channels are first: then the engine's order is needed. */
function writeReduction(o: OnnxWriter<Attributes>, type: string): OnnxValue {
  const { axes, keepDimensions } = o.a;
  const inputs = o.inputs();
  if (axes.length === 0) return { name: o.node('Identity', inputs.names), order: inputs.order };
  const kept = (o.x[0] as Shape).map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const places = kept.map(inputs.axis);
  const isAscending = places.every((place, i) => i === 0 || place > (places[i - 1] as number));
  const keepdims = keepDimensions ? 1 : 0;
  if (keepDimensions || isAscending) {
    const reduced = axes.map(inputs.axis).sort((a, b) => a - b);
    const name = o.node(type, [...inputs.names, o.integers(reduced)], { keepdims });
    return keepDimensions ? { name, order: inputs.order } : own(name);
  }
  return own(o.node(type, [o.own(0), o.integers(axes)], { keepdims }));
}

interface Reduction {
  /** Its operator in ONNX. */
  readonly onnx: string;
  forward(c: Context<Attributes>): KernelCall;
  readonly quantized?: QuantizedLayer<Attributes>;
  backward(c: BackwardContext<Attributes>, dx: Operand): KernelCall;
}

export const reduction = ({ onnx, forward, quantized, backward }: Reduction): Layer<Attributes> =>
  layer({
    attributes,
    inferShape: ([x], a) => outputShape(x as Shape, a),
    forward,
    ...(quantized && { quantized }),
    backward: (c) => (c.dx[0] ? backward(c, c.dx[0]) : []),
    onnx: (o) => writeReduction(o, onnx),
    samples,
  });

const samples: readonly Sample[] = [
  { input: [2, 4, 3, 5], axes: [1, 2] }, // over each image
  { input: [2, 5, 5, 8], axes: [1, 2], keepDimensions: true },
  { input: [2, 3, 3, 7], axes: [3], keepDimensions: true }, // over channels
  { input: [3, 16], axes: [1] },
  { input: [2, 3], axes: [] },
  { input: [5, 2, 3], axes: [0], wholeBatch: true },
  { input: [3, 2, 3, 5], axes: [0, 1, 2, 3], wholeBatch: true },
  { input: [7], axes: [0], keepDimensions: true, wholeBatch: true },
  { input: [], axes: [], wholeBatch: true },
  { input: [2, 3, 2, 3, 4], axes: [1, 3] }, // rank 5
  { input: [2, 2, 3, 2, 2, 3], axes: [1, 3, 5] },
  { input: [2, 2, 3, 2, 2, 3], axes: [0, 2, 4], wholeBatch: true },
];

/** The largest or smallest of each group; its gradient goes to the first in row-major order that is as large or small. */
export const reduceExtreme = (kernel: 'reduceMax' | 'reduceMin', onnx: string): Layer<Attributes> =>
  reduction({
    onnx,
    forward: (c) => call(kernel, c.x[0] as Operand, c.y, pairsOf(c)),
    backward: (c, dx) => call('reduceExtremeBackward', c.x[0] as Operand, c.y, c.dy, dx, pairsOf(c)),
  });

/** Arithmetic on two tensors, broadcast: what add, sub, mul, div, pow, max and min share. */
import * as v from 'valibot';
import type { KernelName } from '../kernels.ts';
import { call, type KernelCall, type Operand } from '../region.ts';
import { type Shape, sameShape } from '../tensor.ts';
import { broadcastCall, broadcastShape, sumToShape } from './broadcast.ts';
import { clampArguments } from './gemm.ts';
import { type BackwardContext, type Layer, layer, type Sample } from './layer.ts';
import { elementwise } from './onnx.ts';

const attributes = v.strictObject({});
export type Attributes = v.InferOutput<typeof attributes>;

/** What an operand's gradient is before it is summed over the axes along which the operand was stretched. */
export interface Slope {
  readonly calls: readonly KernelCall[];
  /** A tensor of y's shape: `work`, or what there was before. */
  readonly source: Operand;
  /** −1 turns the sign. */
  readonly divisor?: -1;
}

/** Writes dy·∂y/∂x[i] into `work`, which has y's shape. */
export type SlopeOf = (c: BackwardContext<Attributes>, work: Operand) => Slope;

/** A slope that a chain of calls leaves in `work`. */
export const inWork =
  (chain: (c: BackwardContext<Attributes>, work: Operand) => readonly KernelCall[], divisor?: -1): SlopeOf =>
  (c, work) => ({ calls: chain(c, work), source: work, ...(divisor && { divisor }) });

export const first = (c: BackwardContext<Attributes>): Operand => c.x[0] as Operand;
export const second = (c: BackwardContext<Attributes>): Operand => c.x[1] as Operand;

/** y = kernel(a, b) with nothing clamped. */
export const exact = (kernel: KernelName, a: Operand, b: Operand, y: Operand): KernelCall =>
  broadcastCall(kernel, a, b, y, [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);

function gradient(c: BackwardContext<Attributes>, target: Operand, slopeOf: SlopeOf): readonly KernelCall[] {
  const isWhole = sameShape(target.shape, c.y.shape);
  const work = isWhole ? target : { shape: c.y.shape, region: c.scratch(c.y.region.bytes) };
  const { calls, source, divisor } = slopeOf(c, work);
  if (!isWhole || divisor) return [...calls, sumToShape(source, target, divisor)];
  return source === target ? calls : [...calls, call('copyBytes', target, source, target.region.bytes)];
}

/** The layer y = kernel(a, b), in ONNX so called, with the gradients of a and b. */
export const binary = (
  kernel: KernelName,
  onnx: string,
  slopes: readonly [SlopeOf, SlopeOf],
  properties: Partial<Layer<Attributes>> = {},
): Layer<Attributes> =>
  layer({
    attributes,
    inputs: { min: 2, max: 2 },

    inferShape: ([a, b]) => broadcastShape(a as Shape, b as Shape),

    inPlace: true,
    forward: (c) => broadcastCall(kernel, c.x[0] as Operand, c.x[1] as Operand, c.y, clampArguments(c)),
    epilogue: { clamp: true },

    backward: (c) =>
      slopes.flatMap((slopeOf, i) => {
        const target = c.dx[i];
        return target ? gradient(c, target, slopeOf) : [];
      }),

    onnx: elementwise(onnx),

    samples,
    ...properties,
  });

/** Two shapes; `wholeBatch` where the first axis of one is not that of the other. */
const pair = (a: Shape, b: Shape, ...whole: readonly 'whole batch'[]): Sample => ({
  inputs: [a, b],
  ...(whole.length > 0 && { wholeBatch: true }),
});

const samples: readonly Sample[] = [
  pair([2, 4, 4, 3], [2, 4, 4, 3]),
  pair([1, 7], [1, 7]),
  pair([2, 3, 3, 5], [2, 1, 1, 5]), // squeeze and excite
  pair([2, 3, 2, 5], [2, 3, 2, 1]), // one number a pixel
  pair([3, 1, 2, 1], [3, 2, 1, 6]), // both stretched
  pair([2, 3, 3, 7], [7], 'whole batch'), // one number a channel
  pair([], [3, 5], 'whole batch'),
  pair([2, 3], [], 'whole batch'),
  pair([], [], 'whole batch'),
  pair([4, 1], [3, 1, 5], 'whole batch'),
  pair([2, 1, 3, 1, 2], [2, 2, 1, 3, 1]), // rank 5
  pair([2, 1, 2, 1, 2, 1], [1, 3, 1, 2, 1, 3], 'whole batch'), // as many loops as there can be
];

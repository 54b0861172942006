/**
 * Shapes that are stretched to fit each other (NumPy's and ONNX's broadcasting), and the loops that kernels walk over
 * for them (assembly/broadcast.ts, assembly/reduce.ts).
 */
import { EngineError } from '../errors.ts';
import { call, type KernelCall, type Operand } from '../region.ts';
import { elementCount, formatShape, type Shape } from '../tensor.ts';

/** Axes of a value: what kernels have loops for. */
const MAX_AXES = 6;
/** Pairs of a kept and a reduced length that six axes can need. */
const MAX_PAIRS = 4;

/** The shape with axes of length 1 in front. */
const padded = (shape: Shape, axes: number): Shape => [...Array<number>(axes - shape.length).fill(1), ...shape];

/**
 * The common shape of two, without the last `apart` axes: aligned at the last axis, an axis of length 1 or none at all is
 * stretched.
 * @throws EngineError `shape-mismatch` with both shapes
 */
export function broadcastShape(a: Shape, b: Shape, apart = 0): Shape {
  const axes = Math.max(a.length, b.length);
  const shapes = `${formatShape(a)} and ${formatShape(b)}`;
  if (axes > MAX_AXES) throw new EngineError('shape-mismatch', `at most ${MAX_AXES} axes, got ${shapes}`);
  const right = padded(b, axes);
  return padded(a, axes)
    .slice(0, axes - apart)
    .map((length, axis) => {
      const other = right[axis] as number;
      if (length !== other && length !== 1 && other !== 1) {
        const found = `expected equal lengths or 1, got ${length} and ${other}`;
        throw new EngineError('shape-mismatch', `the shapes ${shapes} do not fit each other: ${found}`);
      }
      return length === 1 ? other : length;
    });
}

/** Which element of a stretched operand each element of y reads. */
export function broadcastIndices(y: Shape, operand: Shape): readonly number[] {
  const lengths = padded(operand, y.length);
  return lengths.reduce<readonly number[]>(
    (indices, length, axis) =>
      indices.flatMap((index) =>
        Array.from({ length: y[axis] as number }, (_, i) => index * length + (length === 1 ? 0 : i)),
      ),
    [0],
  );
}

/** Which axes of y an operand has, and is not stretched along. Axes of y of length 1 do not matter. */
const presence = (operand: Shape, y: Shape): readonly boolean[] =>
  padded(operand, y.length).map((length, axis) => length === y[axis]);

interface Run<K> {
  readonly kind: K;
  readonly length: number;
}

/** Neighbouring axes of one kind become one, axes of length 1 none. */
function merge<K>(shape: Shape, kindOf: (axis: number) => K): readonly Run<K>[] {
  const runs: Run<K>[] = [];
  shape.forEach((length, axis) => {
    if (length === 1) return;
    const kind = kindOf(axis);
    const last = runs.at(-1);
    if (last?.kind === kind) runs[runs.length - 1] = { kind, length: last.length * length };
    else runs.push({ kind, length });
  });
  return runs;
}

/** n0 … n5 and a bit mask of the loops that each operand has, in the order in which kernels take them. */
export function broadcastLoops(y: Shape, operands: readonly Shape[]): readonly number[] {
  // Kernels take a step of the outer loops before they look whether there is one.
  if (elementCount(y) === 0) return [1, 1, 1, 1, 1, 0, ...operands.map(() => 0)];
  const present = operands.map((shape) => presence(shape, y));
  const runs = merge(y, (axis) => present.reduce((mask, has, operand) => mask | (has[axis] ? 1 << operand : 0), 0));
  const lengths = padded(
    runs.map(({ length }) => length),
    MAX_AXES,
  );
  const masks = operands.map((_, operand) => runs.reduce((mask, { kind }) => (mask << 1) | ((kind >> operand) & 1), 0));
  return [...lengths, ...masks];
}

/** y = kernel(a, b): shapes as `broadcastShape` has them; `limits`: what else the kernel takes. */
export const broadcastCall = (
  kernel: KernelCall['kernel'],
  a: Operand,
  b: Operand,
  y: Operand,
  limits: readonly number[] = [],
): KernelCall => call(kernel, a, b, y, broadcastLoops(y.shape, [a.shape, b.shape]), limits);

/** Pairs of kept and reduced lengths, k0 r0 … k3 r3, in the order in which kernels take them. */
export function reducePairs(x: Shape, isReduced: (axis: number) => boolean): readonly number[] {
  const pairs: [kept: number, reduced: number][] = [];
  for (const { kind, length } of merge(x, isReduced)) {
    const last = pairs.at(-1);
    if (!kind) pairs.push([length, 1]);
    else if (last) last[1] = length;
    else pairs.push([1, length]);
  }
  while (pairs.length < MAX_PAIRS) pairs.unshift([1, 1]);
  return pairs.flat();
}

/** target = Σ x / divisor over the axes that target has not: what stretching does to a gradient. */
export function sumToShape(x: Operand, target: Operand, divisor = 1): KernelCall {
  const kept = presence(target.shape, x.shape);
  return call(
    'reduceSum',
    x,
    target,
    reducePairs(x.shape, (axis) => !kept[axis]),
    divisor,
  );
}

/**
 * Boxes of numbers that move from one layout to another: what transpose, slice, concat, pad, expand and their gradients
 * are made of. Axes are merged and ordered here, so that the kernel (assembly/strided-copy.ts) finds long runs.
 */
import { levelOf } from '../quantization/arithmetic.ts';
import { at, call, type KernelCall, type Operand, type Region } from '../region.ts';
import type { Shape } from '../tensor.ts';
import type { Table } from './layer.ts';
import { MAX_RANK } from './shape-attribute.ts';

/** Where a box lies in a tensor: its first element and how far a step along each axis goes, in elements. */
export interface Layout {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** All of `sizes` elements go from one layout to the other; at most six axes. */
export interface Box {
  readonly sizes: Shape;
  readonly from: Layout;
  readonly to: Layout;
}

/** How far a step along each axis of a row-major tensor goes: [2,3,4] → [12,4,1]. */
export function rowMajor(shape: Shape): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  }
  return strides;
}

/** A whole tensor of this shape, from its first element on. */
export const whole = (shape: Shape): Layout => ({ offset: 0, strides: rowMajor(shape) });

/** The way back. */
export const reversed = ({ sizes, from, to }: Box): Box => ({ sizes, from: to, to: from });

/** y[to] ← x[from], f32 or levels as y is; no element of y is named twice. */
export function stridedCopy(x: Operand, y: Operand, box: Box): KernelCall {
  const axes = axesOf(box);
  let fromOffset = box.from.offset;
  let toOffset = box.to.offset;
  // The target is walked through in its own order, upwards.
  const upwards = axes.map((axis) => {
    if (axis.to > 0) return axis;
    fromOffset += (axis.size - 1) * axis.from;
    toOffset += (axis.size - 1) * axis.to;
    return { size: axis.size, from: -axis.from, to: -axis.to };
  });
  const ordered = transposable(merged(upwards.sort((a, b) => b.to - a.to)));
  return strided('stridedCopy', x, fromOffset, y, toOffset, ordered);
}

/** y[to] += x[from]; here elements of y may be named often (strides of 0), and y holds what is added to. */
export const stridedAdd = (x: Operand, y: Operand, box: Box): KernelCall =>
  strided('stridedAdd', x, box.from.offset, y, box.to.offset, merged(axesOf(box)));

/** Every element of y ← one value, where y is levels its nearest one. */
export function fill(value: number, y: Operand, table: (data: Table) => Region): KernelCall {
  const { quantization } = y;
  const element = quantization ? Uint8Array.of(levelOf(value, quantization)) : Float32Array.of(value);
  if (Object.is(element[0], 0)) return call('fillZero', y, y.region.bytes);
  const source: Operand = { shape: [], region: table(element) };
  const from = { offset: 0, strides: y.shape.map(() => 0) };
  return stridedCopy(source, y, { sizes: y.shape, from, to: whole(y.shape) });
}

interface Axis {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

const axesOf = ({ sizes, from, to }: Box): Axis[] =>
  sizes
    .map((size, i) => ({ size, from: from.strides[i] as number, to: to.strides[i] as number }))
    .filter(({ size }) => size > 1);

/** Two axes are one where the outer goes on in both layouts just where the inner ends. */
function merged(axes: readonly Axis[]): Axis[] {
  const result: Axis[] = [];
  for (const inner of axes) {
    const outer = result.at(-1);
    if (outer && outer.from === inner.from * inner.size && outer.to === inner.to * inner.size) {
      result[result.length - 1] = { ...inner, size: outer.size * inner.size };
    } else {
      result.push(inner);
    }
  }
  return result;
}

/** Where the last axis jumps about in the source, the one that does not goes next to it: the kernel transposes the two. */
function transposable(axes: readonly Axis[]): readonly Axis[] {
  const last = axes.at(-1);
  if (!last || last.from === 0 || last.from === 1) return axes;
  const runs = axes.findIndex(({ from }) => from === 1);
  return runs < 0 ? axes : [...axes.filter((_, i) => i !== runs && i !== axes.length - 1), axes[runs] as Axis, last];
}

function strided(
  kernel: 'stridedCopy' | 'stridedAdd',
  x: Operand,
  fromOffset: number,
  y: Operand,
  toOffset: number,
  axes: readonly Axis[],
): KernelCall {
  const alone: Axis = { size: 1, from: 1, to: 1 };
  const all = [...Array.from({ length: MAX_RANK - axes.length }, () => alone), ...axes];
  const elementBytes = y.quantization ? 1 : 4;
  return call(
    kernel,
    at(x, elementBytes * fromOffset),
    at(y, elementBytes * toOffset),
    kernel === 'stridedCopy' ? Math.log2(elementBytes) : [],
    all.map(({ size }) => size),
    all.map(({ from }) => from),
    all.map(({ to }) => to),
  );
}

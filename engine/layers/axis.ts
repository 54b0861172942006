/** Axes as attributes, and layers that work on one axis after another. */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { call, type KernelCall, type Operand, type Region } from '../region.ts';
import { elementCount, formatShape, type Shape } from '../tensor.ts';
import { MAX_RANK } from './shape-attribute.ts';

/** Axis of a tensor, from 0. */
export const axisAttribute = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_RANK - 1));

/** @throws EngineError `shape-mismatch` where x has no such axis */
export function checkAxis(x: Shape, axis: number): void {
  if (axis >= x.length) {
    throw new EngineError('shape-mismatch', `there is no axis ${axis} in an input ${formatShape(x)}`);
  }
}

/**
 * One entry of `what` for each axis of x.
 * @throws EngineError `shape-mismatch`
 */
export function checkEntries(x: Shape, entries: readonly unknown[], what: string): void {
  if (entries.length !== x.length) {
    throw new EngineError(
      'shape-mismatch',
      `${what} has ${entries.length} entries, an input ${formatShape(x)} needs ${x.length}`,
    );
  }
}

/** The shape with another length along one axis. */
export const withLength = (shape: Shape, axis: number, length: number): Shape => shape.with(axis, length);

/** x [outer, length, inner] with `axis` in the middle. */
export function aroundAxis(x: Shape, axis: number): { outer: number; length: number; inner: number } {
  const [outer, inner] = [elementCount(x.slice(0, axis)), elementCount(x.slice(axis + 1))];
  return { outer, length: x[axis] as number, inner };
}

/** Along one axis, source → target of that length. */
export interface AxisStep {
  readonly axis: number;
  readonly length: number;
  readonly call: (source: Operand, target: Operand) => KernelCall;
}

/**
 * x → y through one axis after another; what lies between goes into scratch memory. No step: a copy.
 * @param elementBytes 4, or 1 where x is levels
 */
export function throughAxes(
  x: Operand,
  y: Operand,
  steps: readonly AxisStep[],
  scratch: (bytes: number) => Region,
  elementBytes = 4,
): readonly KernelCall[] {
  if (steps.length === 0) return [call('copyBytes', y, x, y.region.bytes)];
  let source = x;
  return steps.map((step, i) => {
    const shape = withLength(source.shape, step.axis, step.length);
    const target = i === steps.length - 1 ? y : { shape, region: scratch(elementBytes * elementCount(shape)) };
    const written = step.call(source, target);
    source = target;
    return written;
  });
}

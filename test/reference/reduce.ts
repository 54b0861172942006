/** Some axes of a tensor reduced to one value: what reduceSum, reduceMean, reduceMax and reduceMin share. */
import type { Shape } from '../../engine/tensor.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

interface Attributes {
  readonly axes: readonly number[];
  readonly keepDimensions: boolean;
}

/** Which element of y the element i of x goes into. */
export function reducedIndex(x: Shape, axes: readonly number[], i: number): number {
  let index = 0;
  let stride = 1;
  let rest = i;
  for (let axis = x.length - 1; axis >= 0; axis--) {
    const length = x[axis] as number;
    if (!axes.includes(axis)) {
      index += (rest % length) * stride;
      stride *= length;
    }
    rest = Math.floor(rest / length);
  }
  return index;
}

export const reduced =
  (f: (values: readonly number[]) => number): Reference<Attributes> =>
  ([x], _, { axes, keepDimensions }) => {
    const { shape, data } = x as Tensor64;
    const groups: number[][] = [];
    data.forEach((value, i) => {
      const index = reducedIndex(shape, axes, i);
      groups[index] ??= [];
      groups[index].push(value);
    });
    const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    return {
      shape: keepDimensions ? kept : kept.filter((_length, axis) => !axes.includes(axis)),
      data: Float64Array.from(groups, f),
    };
  };

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

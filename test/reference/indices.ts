/** Tensors of any rank by their indices, for references of layers that move values about. */
import { elementCount, type Shape } from '../../engine/tensor.ts';
import { type Tensor64, zeros } from './tensor64.ts';

export type Indices = readonly number[];

/** Where the element at these indices lies in row-major order. */
const position = (shape: Shape, indices: Indices): number =>
  shape.reduce((sum, length, axis) => sum * length + (indices[axis] as number), 0);

/** The indices of the element at a position. */
function indicesAt(shape: Shape, place: number): Indices {
  const indices: number[] = [];
  let rest = place;
  for (const length of shape.toReversed()) {
    indices.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return indices;
}

/** The element at these indices. */
export const element = (t: Tensor64, indices: Indices): number => t.data[position(t.shape, indices)] as number;

/** A tensor whose every element is worked out from its indices. */
export function tensorOf(shape: Shape, value: (indices: Indices) => number): Tensor64 {
  const y = zeros(shape);
  for (let i = 0; i < elementCount(shape); i++) y.data[i] = value(indicesAt(shape, i));
  return y;
}

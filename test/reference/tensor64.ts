/** Tensors in double precision, for references that are read rather than run: no speed, no tricks. */
import { elementCount, type Shape, type Tensor } from '../../engine/tensor.ts';

export interface Tensor64 {
  readonly shape: Shape;
  readonly data: Float64Array;
}

export const zeros = (shape: Shape): Tensor64 => ({ shape, data: new Float64Array(elementCount(shape)) });

export const toTensor64 = ({ shape, data }: Tensor): Tensor64 => ({ shape, data: Float64Array.from(data) });

export const mapTensor = ({ shape, data }: Tensor64, f: (value: number, i: number) => number): Tensor64 => ({
  shape,
  data: data.map(f),
});

/** Where the element at these indices lies in row-major order. */
function offset({ shape }: Tensor64, i: number, j?: number, k?: number, l?: number): number {
  let position = i;
  if (j !== undefined) position = position * (shape[1] as number) + j;
  if (k !== undefined) position = position * (shape[2] as number) + k;
  if (l !== undefined) position = position * (shape[3] as number) + l;
  return position;
}

/** The element at these indices, one for each axis. */
export const at = (t: Tensor64, i: number, j?: number, k?: number, l?: number): number =>
  t.data[offset(t, i, j, k, l)] as number;

export function set(t: Tensor64, value: number, i: number, j?: number, k?: number, l?: number): void {
  t.data[offset(t, i, j, k, l)] = value;
}

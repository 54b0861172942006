/** Products of matrices, one for each index of the axes in front, which are stretched to fit each other. */
import type { Shape } from '../../engine/tensor.ts';
import { commonShape, stretchedIndex } from './broadcast.ts';
import type { Reference } from './reference.ts';
import { type Tensor64, zeros } from './tensor64.ts';

const front = (shape: Shape): Shape => shape.slice(0, -2);

export const matMul: Reference = ([left, right]) => {
  const [a, b] = [left, right] as readonly [Tensor64, Tensor64];
  const [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape.at(-1) as number;
  const batch = commonShape(front(a.shape), front(b.shape));
  const y = zeros([...batch, m, n]);
  for (let i = 0; i < y.data.length; i++) {
    const column = i % n;
    const row = Math.floor(i / n) % m;
    const entry = Math.floor(i / (m * n));
    const aFrom = (stretchedIndex(batch, front(a.shape), entry) * m + row) * k;
    const bFrom = stretchedIndex(batch, front(b.shape), entry) * k * n + column;
    for (let j = 0; j < k; j++) y.data[i] = y.data[i]! + a.data[aFrom + j]! * b.data[bFrom + j * n]!;
  }
  return y;
};

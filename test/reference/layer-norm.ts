/** Layer normalisation: what the last axes hold is a block. */
import { elementCount, type Shape } from '../../engine/tensor.ts';
import { type Blocks, blockNorm } from './block-norm.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

interface Attributes {
  readonly axes: number;
  readonly epsilon: number;
}

export function layerBlocks(shape: Shape, { axes }: Attributes): Blocks {
  const length = elementCount(shape.slice(-axes));
  return { block: (i) => Math.floor(i / length), weight: (i) => i % length };
}

export const layerNorm: Reference<Attributes> = ([x], w, a) =>
  blockNorm(x as Tensor64, w, layerBlocks((x as Tensor64).shape, a), a.epsilon);

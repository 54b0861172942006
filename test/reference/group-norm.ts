/** Group normalisation: neighbouring channels of a sample are a block. */
import type { Shape } from '../../engine/tensor.ts';
import { elementCount } from '../../engine/tensor.ts';
import { type Blocks, blockNorm } from './block-norm.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

interface Attributes {
  readonly groups: number;
  readonly epsilon: number;
}

export function groupBlocks(shape: Shape, { groups }: { readonly groups: number }): Blocks {
  const channels = shape.at(-1) as number;
  const sampleLength = elementCount(shape.slice(1));
  const group = (i: number) => Math.floor((i % channels) / (channels / groups));
  return { block: (i) => Math.floor(i / sampleLength) * groups + group(i), weight: (i) => i % channels };
}

export const groupNorm: Reference<Attributes> = ([x], w, a) =>
  blockNorm(x as Tensor64, w, groupBlocks((x as Tensor64).shape, a), a.epsilon);

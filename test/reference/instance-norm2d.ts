/** Instance normalisation: every channel of every image is a block. */
import type { Shape } from '../../engine/tensor.ts';
import { type Blocks, blockNorm } from './block-norm.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

export function instanceBlocks(shape: Shape): Blocks {
  const [, h, w, channels] = shape as [number, number, number, number];
  const channel = (i: number) => i % channels;
  return { block: (i) => Math.floor(i / (h * w * channels)) * channels + channel(i), weight: channel };
}

export const instanceNorm2d: Reference<{ readonly epsilon: number }> = ([x], w, a) =>
  blockNorm(x as Tensor64, w, instanceBlocks((x as Tensor64).shape), a.epsilon);

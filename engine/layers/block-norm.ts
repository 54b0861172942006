/** What the layers share that normalise within a sample (assembly/group-norm.ts): layer, instance and group norm. */
import * as v from 'valibot';
import { call, type KernelCall, type Operand } from '../region.ts';
import type { Shape } from '../tensor.ts';
import { clampArguments } from './gemm.ts';
import type { BackwardContext, Context, WeightSpec } from './layer.ts';

export const epsilon = v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)), 1e-5);

interface Attributes {
  readonly epsilon: number;
}

/** x as [samples, pixels, channels], the channels in groups. */
export interface Blocks {
  readonly samples: number;
  readonly pixels: number;
  readonly channels: number;
  readonly groups: number;
}

export const scaleAndShift = (shape: Shape, has: { readonly scale: boolean; readonly shift: boolean }) => ({
  ...(has.scale && { scale: { shape, initializer: 'ones' } satisfies WeightSpec }),
  ...(has.shift && { shift: { shape, initializer: 'zeros' } satisfies WeightSpec }),
});

const blockArguments = ({ samples, pixels, channels, groups }: Blocks, { epsilon }: Attributes): readonly number[] => [
  samples,
  pixels,
  channels,
  groups,
  epsilon,
];

/** The weight, or ones where there is none. */
const scaleOf = (c: Context<unknown>, channels: number) =>
  c.w.scale ?? c.table('ones', new Float32Array(channels).fill(1));

export function blockNorm(c: Context<Attributes>, blocks: Blocks): KernelCall {
  const { channels } = blocks;
  const shift = c.w.shift ?? c.table('zeros', new Float32Array(channels));
  const operands = [c.x[0] as Operand, scaleOf(c, channels), shift, c.y];
  return call('groupNorm', operands, blockArguments(blocks, c.a), clampArguments(c), c.scratch(8 * channels));
}

export function blockNormBackward(c: BackwardContext<Attributes>, blocks: Blocks): KernelCall {
  const { channels } = blocks;
  // A gradient that nobody wants goes to scratch.
  const dw = [c.dw.scale ?? c.scratch(4 * channels), c.dw.shift ?? c.scratch(4 * channels)];
  const operands = [c.x[0] as Operand, scaleOf(c, channels), c.dy, c.dx[0] ?? 0, ...dw];
  return call('groupNormBackward', operands, blockArguments(blocks, c.a), c.scratch(16 * channels));
}

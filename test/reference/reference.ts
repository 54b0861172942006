/** What a reference is: the plainest way to say what a layer computes, against which its kernels are tested. */
import type { Tensor64 } from './tensor64.ts';

export type Weights64 = Readonly<Record<string, Tensor64>>;

/** x, weights by role and parsed attributes → y. */
// biome-ignore lint/suspicious/noExplicitAny: a registry holds references of all attribute types
export type Reference<A = any> = (x: readonly Tensor64[], w: Weights64, a: A) => Tensor64;

/** What a training forward needs beside: the key of its random numbers and the node that draws. */
export interface TrainingDraw {
  /** Four u32: seed (two words), step, shard. */
  readonly key: readonly [number, number, number, number];
  readonly nodeIndex: number;
}

/** What a layer computes in training, where that is something else. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type TrainingReference<A = any> = (x: readonly Tensor64[], w: Weights64, a: A, draw: TrainingDraw) => Tensor64;

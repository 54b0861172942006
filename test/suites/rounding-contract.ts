/** What a layer says of its rounding: the contract of the registry in rounding.ts and of the families beside it. */
import type { LayerKind } from '../../engine/layers/index.ts';
import type { Weights64 } from '../reference/reference.ts';
import type { Tensor64 } from '../reference/tensor64.ts';

/** Unit roundoff of f32. */
export const U = 2 ** -24;

export interface Case64 {
  readonly kind: LayerKind;
  // biome-ignore lint/suspicious/noExplicitAny: the attribute type belongs to the layer
  readonly attributes: any;
  readonly x: readonly Tensor64[];
  readonly w: Weights64;
}

/** A tensor whose gradient is meant: an input by its number or a weight by its role. */
export type Target = number | string;

export type GradientError = (target: Target, i: number, exact: number) => number;

/** An algorithm that gets at the same numbers by detours. */
export interface AlgorithmRounding {
  forward(c: Case64, y: Tensor64): ArrayLike<number>;
  /** A NaN (or an infinity) may reach neighbours that do not depend on it: they share what is between. */
  readonly spreadsNaN: boolean;
}

export interface Rounding {
  /** Largest error of each element of y = f(x, w); `y` is exact. */
  forward(c: Case64, y: Tensor64): ArrayLike<number>;
  /** Algorithms that round in another way than the definition does. */
  readonly algorithms?: Readonly<Record<string, AlgorithmRounding>>;
  /** As forward, for what the layer computes in training. */
  training?(c: Case64, y: Tensor64): ArrayLike<number>;
  /** Largest error of element i of a gradient; `exact` is the gradient itself. */
  gradient(c: Case64, dy: Float64Array): GradientError;
  /** The same of algorithms that round in another way, by what they are the gradient of and by name. */
  readonly gradientAlgorithms?: Readonly<
    Record<string, Readonly<Record<string, (c: Case64, dy: Float64Array) => GradientError>>>
  >;
}

export const tensorOf = (c: Case64, target: Target): Tensor64 =>
  (typeof target === 'number' ? c.x[target] : c.w[target]) as Tensor64;

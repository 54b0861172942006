/** Where the inputs of a layer's cases lie: intervals between its kinks, in which it is smooth. One line a kind. */
import type { LayerKind } from '../../engine/layers/index.ts';
import type { Layer } from '../../engine/layers/layer.ts';
import { STEP } from './slope.ts';

/** Intervals from left to right. */
export type Domain = readonly (readonly [lo: number, hi: number])[];

/** Slopes are measured up to 2·STEP to either side. */
const MARGIN = 4 * STEP;

/** Half as far again as the outermost kink on both sides of 0, less the neighbourhood of every kink. */
function around(...kinks: readonly number[]): Domain {
  const reach = 1.5 * Math.max(...kinks.map(Math.abs)) || 2;
  const ends = [-reach, ...kinks.toSorted((a, b) => a - b), reach];
  const between = ends.slice(1).map((end, i) => [(ends[i] as number) + MARGIN, end - MARGIN] as const);
  return between.filter(([lo, hi]) => lo < hi);
}

/** For what is smooth and bends far from 0. */
const wide = (): Domain => [
  [-6, -MARGIN],
  [MARGIN, 6],
];

/**
 * Kinds with kinks that are no limits of a clamp, that are not defined or too steep somewhere, or that bend far out; by
 * the input's number.
 */
// biome-ignore lint/suspicious/noExplicitAny: the attribute type belongs to the layer
const domains: Partial<Record<LayerKind, (a: any, input: number) => Domain>> = {
  ceil: () => around(-2, -1, 0, 1, 2),
  div: (_, input) =>
    input === 0
      ? around(0)
      : [
          [-3, -1],
          [1, 3],
        ],
  elu: wide,
  erf: wide,
  exp: wide,
  floor: () => around(-2, -1, 0, 1, 2),
  gelu: wide,
  hardSigmoid: ({ alpha, beta }) => (alpha === 0 ? around(0) : around(-beta / alpha, (1 - beta) / alpha)),
  hardSwish: () => around(-3, 3),
  log: () => [[0.5, 4]],
  pow: (_, input) => (input === 0 ? [[1, 2]] : around(0)),
  reciprocal: () => [
    [-4, -0.75],
    [0.75, 4],
  ],
  sigmoid: wide,
  silu: wide,
  softplus: wide,
  sqrt: () => [[0.5, 4]],
  tanh: wide,
};

/** A clamp's kinks are its limits; of all others 0 may be one. */
export function domainOf(kind: LayerKind, layer: Layer, attributes: unknown, input: number): Domain {
  const own = domains[kind]?.(attributes, input);
  if (own) return own;
  const limits = layer.clamp?.(attributes).filter(Number.isFinite) ?? [];
  return around(...(limits.length > 0 ? limits : [0]));
}

/** Numbers of eight bits in plain integers, and the one way in which a sum of them becomes a level (docs/kernels.md). */
import type { Quantization } from '../../../engine/quantization/quantization.ts';
import type { EightBit, Shape, Tensor } from '../../../engine/tensor.ts';
import type { Tensor64 } from '../tensor64.ts';

const { fround } = Math;

/** A tensor of levels. */
export interface Levels {
  readonly shape: Shape;
  readonly data: Uint8Array;
  readonly quantization: Quantization;
}

/** All that a layer on levels is given. */
// biome-ignore lint/suspicious/noExplicitAny: a registry holds references of all attribute types
export interface QuantizedProblem<A = any> {
  readonly x: readonly Levels[];
  readonly filter?: (EightBit & { readonly shape: Shape }) | undefined;
  readonly bias?: Float32Array | undefined;
  readonly a: A;
  /** undefined: y is f32. */
  readonly y: Quantization | undefined;
  readonly lo: number;
  readonly hi: number;
  readonly residual?: Levels | undefined;
  /** f(x) of an activation as its f32 kernel has it: that is what a table of levels is made of. */
  readonly evaluate: (x: Float32Array) => Float32Array;
}

/** Levels, or f32 where y has none. */
export interface QuantizedResult {
  readonly shape: Shape;
  readonly data: Uint8Array | Float32Array;
}

/** What a layer computes; undefined where it says that it cannot on levels. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type QuantizedReference<A = any> = (p: QuantizedProblem<A>) => QuantizedResult | undefined;

/** To the nearest integer, halves to the even one. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

/** A real number in units of y's scale as a level. */
export const level = (x: number, zero: number, lo = 0, hi = 255): number =>
  Math.max(lo, Math.min(hi, roundHalfEven(x) + zero));

/** sum · m as f32 arithmetic has it: the sum is converted first. */
export const scaled = (sum: number, m: number): number => fround(fround(sum) * fround(m));

/** The level of a real number on the host: halves go to the even level. */
export const hostLevel = (value: number, { scale, zeroPoint }: Quantization): number =>
  Math.max(0, Math.min(255, roundHalfEven(value / scale) + zeroPoint));

/** Levels less their zero point: a real number in units of the scale. */
export const centred = ({ shape, data, quantization }: Levels): Tensor64 => ({
  shape,
  data: Float64Array.from(data, (each) => each - quantization.zeroPoint),
});

/** Levels as the real numbers that f32 has for them. */
export const reals = ({ shape, data, quantization: { scale, zeroPoint } }: Levels): Tensor => ({
  shape,
  data: Float32Array.from(data, (each) => fround((each - zeroPoint) * fround(scale))),
});

/** f32 as the levels that a cast makes of it. */
export const castLevel = (value: number, { scale, zeroPoint }: Quantization): number => {
  // Of a NaN the lowest level is made.
  const units = Number.isNaN(value) ? Number.NEGATIVE_INFINITY : fround(value * fround(1 / scale));
  return level(Math.max(-1024, Math.min(1024, units)), zeroPoint);
};

/** x's scale in units of y's, no larger than one at which a single step already saturates. */
export const ratio = (x: Quantization, y: Quantization): number => fround(Math.min(x.scale / y.scale, 2 ** 21 / 255));

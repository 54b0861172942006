/**
 * Values of the ONNX reference: exact numbers (f64) and how far an f32 run may be from them, for the whole tensor in the
 * maximum norm. Every operator says how it passes on the errors of its inputs and how it rounds itself: first-order
 * forward error analysis (Higham, "Accuracy and Stability of Numerical Algorithms", §3), as test/suites/rounding.ts does
 * it for a single layer.
 */
import type { Tensor64 } from '../tensor64.ts';

/** Unit roundoff of f32. */
export const U = 2 ** -24;

export interface Value extends Tensor64 {
  readonly error: number;
}

export const withError = ({ shape, data }: Tensor64, error: number): Value => ({ shape, data, error });

/** Largest absolute value. */
export const peak = ({ data }: Tensor64): number => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

export type AttributeValue = number | readonly number[] | string;

/** What an operator may ask for. */
export interface Call {
  /** Input i; integers are values without an error. */
  readonly x: (i: number) => Value;
  readonly has: (i: number) => boolean;
  /** Input i as a list of integers. */
  readonly list: (i: number) => readonly number[];
  readonly a: Readonly<Record<string, AttributeValue | undefined>>;
  readonly outputs: number;
}

export type Evaluate = (call: Call) => Value | readonly Value[];

export const fromEnd = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Gradients measured instead of derived: how a weighted sum of outputs changes when one number is moved. */
import type { Tensor64 } from '../reference/tensor64.ts';

/**
 * The step to either side: a power of two, so that moved values are exact. Inputs must keep twice as far from kinks.
 * The five-point formula is off by step⁴ / 30 times the fifth derivative, and by 2⁻⁵² of the sum over step.
 */
export const STEP = 2 ** -10;

/** Largest error of `slope`, for fifth derivatives of up to 2¹⁰ of what the sum of |dy| allows. */
export function slopeError(y: Tensor64, dy: Float64Array): number {
  let weighted = 0;
  for (let i = 0; i < dy.length; i++) weighted += Math.abs(dy[i] as number) * (1 + Math.abs(y.data[i] as number));
  return (STEP ** 4 / 30) * 2 ** 10 * weighted + (2 ** -50 / STEP) * weighted;
}

/** d(Σ dy·y) / d(data[i]) by the five-point formula; `evaluate` computes y from `data` as it then is. */
export function slope(evaluate: () => Tensor64, data: Float64Array, i: number, dy: Float64Array): number {
  return around(
    evaluate,
    data,
    i,
    dy,
    (at) => (8 * (at(STEP) - at(-STEP)) - (at(2 * STEP) - at(-2 * STEP))) / (12 * STEP),
  );
}

/** The same for a function that is linear in data[i]: any step will do, on one side. */
export function slopeOfLine(evaluate: () => Tensor64, data: Float64Array, i: number, dy: Float64Array): number {
  return around(evaluate, data, i, dy, (at) => at(1) - at(0));
}

function around(
  evaluate: () => Tensor64,
  data: Float64Array,
  i: number,
  dy: Float64Array,
  formula: (at: (step: number) => number) => number,
): number {
  const value = data[i] as number;
  const result = formula((step) => {
    data[i] = value + step;
    const y = evaluate();
    let sum = 0;
    for (let j = 0; j < dy.length; j++) sum += (dy[j] as number) * (y.data[j] as number);
    return sum;
  });
  data[i] = value;
  return result;
}

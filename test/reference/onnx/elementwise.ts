/** ONNX operators that work on one element after another, with NumPy's broadcasting. */
import type { Shape } from '../../../engine/tensor.ts';
import { erf64 } from '../error-function.ts';
import { element, type Indices, tensorOf } from '../indices.ts';
import { mapTensor, type Tensor64 } from '../tensor64.ts';
import { type Call, type Evaluate, peak, U, type Value, withError } from './value.ts';

/** @param slope largest |f′|; @param rounding in units of U of |y| + `absolute` */
const unary =
  (f: (x: number, call: Call) => number, slope: number, rounding = 0, absolute = 0): Evaluate =>
  (call) => {
    const x = call.x(0);
    const y = mapTensor(x, (value) => f(value, call));
    return withError(y, slope * x.error + U * (rounding * peak(y) + absolute));
  };

export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    return left === 1 ? right : left;
  });
}

/** The element that stands at these indices after broadcasting. */
export const stretched = (t: Tensor64, indices: Indices): number =>
  element(
    t,
    t.shape.map((side, axis) => (side === 1 ? 0 : (indices[indices.length - t.shape.length + axis] as number))),
  );

const binary =
  (f: (a: number, b: number) => number, error: (a: Value, b: Value, y: Tensor64) => number): Evaluate =>
  ({ x }) => {
    const [a, b] = [x(0), x(1)];
    const y = tensorOf(broadcastShape(a.shape, b.shape), (at) => f(stretched(a, at), stretched(b, at)));
    return withError(y, error(a, b, y));
  };

const largest = (a: Value, b: Value): number => Math.max(a.error, b.error);
const sum = (a: Value, b: Value, y: Tensor64): number => a.error + b.error + U * (peak(y) + a.error + b.error);
const product = (a: Value, b: Value, y: Tensor64): number =>
  peak(a) * b.error + peak(b) * a.error + a.error * b.error + U * peak(y);
/** 2 U: one of a reciprocal, one of a product. */
const quotient = (a: Value, b: Value, y: Tensor64): number => {
  const smallest = b.data.reduce((least, value) => Math.min(least, Math.abs(value)), Number.POSITIVE_INFINITY);
  return (a.error + peak(y) * b.error) / (smallest - b.error) + 2 * U * peak(y);
};

/** exp, tanh and erf are off by at most 2 ulp (test/assembly/math.test.ts), which is 4 U. */
const FUNCTION = 4;
const limit = (value: Value): number => value.data[0] as number;

export const elementwise: Readonly<Record<string, Evaluate>> = {
  Abs: unary(Math.abs, 1),
  Add: binary((a, b) => a + b, sum),
  Clip: unary((x, call) => Math.min(Math.max(x, limit(call.x(1))), limit(call.x(2))), 1),
  Div: binary((a, b) => a / b, quotient),
  Erf: unary(erf64, 2 / Math.sqrt(Math.PI), FUNCTION),
  LeakyRelu: unary((x, { a }) => (x < 0 ? Math.fround(a.alpha as number) * x : x), 1, 1),
  Max: binary(Math.max, largest),
  Min: binary(Math.min, largest),
  Mul: binary((a, b) => a * b, product),
  Neg: unary((x) => -x, 1),
  Relu: unary((x) => Math.max(x, 0), 1),
  /** e^−|x|, a sum and a quotient. */
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x)), 1 / 4, FUNCTION + 2),
  Sub: binary((a, b) => a - b, sum),
  Tanh: unary(Math.tanh, 1, FUNCTION),
};

/**
 * How arithmetic on two broadcast tensors rounds: a result by itself, a gradient as the sum of what was stretched; and
 * what reductions have to say about their sums.
 */
import { elementCount, type Shape } from '../../engine/tensor.ts';
import { commonShape, stretchedIndex } from '../reference/broadcast.ts';
import type { Tensor64 } from '../reference/tensor64.ts';
import type { Rounding } from './rounding.ts';

/** Unit roundoff of f32. */
const U = 2 ** -24;
/** The reference rounds too, by 2⁻⁵³. */
const REFERENCE = 1 + 2 ** -20;

type OfPair = (a: number, b: number) => number;

interface Arithmetic {
  /** Relative error of y in units of U. */
  readonly y: number;
  /** |∂y/∂a| and |∂y/∂b|. */
  readonly slopes: readonly [OfPair, OfPair];
  /** Relative errors of dy·∂y/∂a and dy·∂y/∂b in units of U. */
  readonly roundings: readonly [OfPair, OfPair];
}

const constant =
  (value: number): OfPair =>
  () =>
    value;

const arithmetic = ({ y: roundings, slopes, roundings: slopeRoundings }: Arithmetic): Rounding => ({
  forward: (_, y) => y.data.map((value) => roundings * U * REFERENCE * Math.abs(value)),
  gradient(c, dy) {
    const [a, b] = c.x as readonly [Tensor64, Tensor64];
    const shape = commonShape(a.shape, b.shape);
    const indices = [a, b].map((t) => Array.from(dy, (_, j) => stretchedIndex(shape, t.shape, j)));
    return (target, i) => {
      const readers = [...dy.keys()].filter((j) => indices[target as 0 | 1]?.[j] === i);
      let bound = 0;
      for (const j of readers) {
        const pair = [a.data[indices[0]?.[j] as number], b.data[indices[1]?.[j] as number]] as [number, number];
        const product = Math.abs((dy[j] as number) * slopes[target as 0 | 1](...pair));
        // A sum of k terms rounds k − 1 times; one more stands for what is smaller than U.
        bound += (slopeRoundings[target as 0 | 1](...pair) + readers.length) * U * product;
      }
      return bound;
    };
  },
});

const none = constant(0);
const one = constant(1);

export const sumOrDifference = arithmetic({ y: 1, slopes: [one, one], roundings: [none, none] });

export const mul = arithmetic({
  y: 1,
  slopes: [(_, b) => Math.abs(b), (a) => Math.abs(a)],
  roundings: [one, one],
});

export const div = arithmetic({
  y: 1,
  slopes: [(_, b) => Math.abs(1 / b), (a, b) => Math.abs(a / b ** 2)],
  // The second is dy·y / b with a rounded y.
  roundings: [one, constant(3)],
});

const choosing = (takesFirst: (a: number, b: number) => boolean): Rounding =>
  arithmetic({
    y: 0,
    slopes: [(a, b) => (takesFirst(a, b) ? 1 : 0), (a, b) => (takesFirst(a, b) ? 0 : 1)],
    roundings: [none, none],
  });

export const max = choosing((a, b) => a >= b);
export const min = choosing((a, b) => a <= b);

/**
 * A power is off by 0.82 units in the last place (musl's powf), which are at most 1.64 U: taken as 2. In b·a^(b−1), b − 1
 * is off by U of itself, which changes the power by |ln a| times as much; two products follow. In a^b·ln a, the logarithm
 * is off by 2 units in the last place (assembly/math.ts), 4 U; two products as well.
 */
export const pow = arithmetic({
  y: 2,
  slopes: [(a, b) => Math.abs(b * a ** (b - 1)), (a, b) => Math.abs(a ** b * Math.log(a))],
  roundings: [(a, b) => 4 + Math.abs((b - 1) * Math.log(a)), constant(8)],
});

/** How many elements a reduction makes one of. */
export const reducedCount = (x: Shape, a: { readonly axes: readonly number[] }): number =>
  a.axes.reduce((product, axis) => product * (x[axis] as number), 1);

/** At most so many elements of y read one element of a or of b. */
export function productReaders(a: Shape, y: Shape): number {
  const products = elementCount(y.slice(0, -2));
  const ofA = (products / elementCount(a.slice(0, -2))) * (y.at(-1) as number);
  return Math.max(ofA, products * (y.at(-2) as number));
}

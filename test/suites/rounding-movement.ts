/** How layers round that move values, or mix a few of them with fixed weights. */
import { references } from '../reference/index.ts';
import type { Tensor64 } from '../reference/tensor64.ts';
import { type Case64, type Rounding, tensorOf, U } from './rounding-contract.ts';
import { slopeOfLine } from './slope.ts';

const evaluate = (c: Case64) => references[c.kind](c.x, c.w, c.attributes);

/**
 * For layers that copy: no error forward; backward, an element's gradient is the sum over its copies, which takes one
 * addition less than there are copies.
 */
export const moving: Rounding = {
  forward: (_, y) => y.data.map(() => 0),
  gradient(c, dy) {
    const magnitudes = dy.map(Math.abs);
    const ones = dy.map(() => 1);
    return (target, i) => {
      const { data } = tensorOf(c, target);
      const additions = Math.max(0, Math.round(slopeOfLine(() => evaluate(c), data, i, ones)) - 1);
      return additions * U * slopeOfLine(() => evaluate(c), data, i, magnitudes);
    };
  },
};

/** Weights below 1e-12 may be left out on either side, and both round their coordinates in f64: far less than 2⁻³⁹. */
const COORDINATES = 2 ** -39;

/**
 * For resized images [N,H,W,C], where each channel of each sample is mapped by one matrix. Choosing is exact. Otherwise
 * rows and columns are summed up one after the other: kh + kw ≤ taps + 1 rounded products, rounded weights for either
 * axis, and a first sum with the offset.
 */
export const resampling: Rounding = {
  forward(c, y) {
    if (c.attributes.mode === 'nearest') return y.data.map(() => 0);
    const { shape, data } = c.x[0] as Tensor64;
    const [channels, pixels] = [shape[3] as number, shape[1]! * shape[2]!];
    const { columns, offset } = matrixOf(c);
    const outputs = offset.length;
    return y.data.map((_, i) => {
      const output = Math.floor(i / channels) % outputs;
      const from = Math.floor(i / (channels * outputs)) * pixels * channels + (i % channels);
      const sizes = columns.map((_, pixel) => Math.abs(data[from + pixel * channels]!));
      const terms = columns.flatMap((column, pixel) =>
        column[output] ? [Math.abs(column[output]) * sizes[pixel]!] : [],
      );
      const others = sumOf(sizes.filter((size) => !Number.isNaN(size))); // a NaN shows in the terms that it is part of
      return boundOf([Math.abs(offset[output]!), ...terms], others);
    });
  },
  gradient(c, dy) {
    const [, h, w, channels] = (c.x[0] as Tensor64).shape as [number, number, number, number];
    const { columns, offset } = matrixOf(c);
    const outputs = offset.length;
    return (_, i) => {
      const column = columns[Math.floor(i / channels) % (h * w)] as Float64Array;
      const from = Math.floor(i / (channels * h * w)) * outputs * channels + (i % channels);
      const sizes = Array.from(column, (__, output) => Math.abs(dy[from + output * channels]!));
      const terms = [...column].flatMap((weight, output) => (weight ? [Math.abs(weight) * sizes[output]!] : []));
      if (c.attributes.mode === 'nearest') return Math.max(0, terms.length - 1) * U * sumOf(terms);
      return boundOf(terms, sumOf(sizes));
    };
  },
};

const sumOf = (terms: readonly number[]): number => terms.reduce((sum, term) => sum + term, 0);

const boundOf = (terms: readonly number[], all: number): number =>
  (terms.length + 6) * U * sumOf(terms) + COORDINATES * all;

interface Matrix {
  /** One for each pixel of the input, by the pixels of the output. */
  readonly columns: readonly Float64Array[];
  readonly offset: Float64Array;
}

const matrices = new Map<string, Matrix>();

/** How a single channel is mapped, measured with one pixel of 1 at a time. */
function matrixOf(c: Case64): Matrix {
  const [, h, w] = (c.x[0] as Tensor64).shape as [number, number, number];
  const key = JSON.stringify([h, w, c.attributes]);
  const known = matrices.get(key);
  if (known) return known;
  const map = (data: Float64Array) => evaluate({ ...c, x: [{ shape: [1, h, w, 1], data }] }).data;
  const offset = map(new Float64Array(h * w));
  const columns = Array.from({ length: h * w }, (_, pixel) => {
    const impulse = new Float64Array(h * w);
    impulse[pixel] = 1;
    return map(impulse).map((value, i) => value - offset[i]!);
  });
  const matrix = { columns, offset };
  matrices.set(key, matrix);
  return matrix;
}

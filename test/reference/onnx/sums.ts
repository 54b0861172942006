/** ONNX operators that add up: reductions, products of matrices, normalization. */
import { elementCount } from '../../../engine/tensor.ts';
import { element, type Indices, tensorOf } from '../indices.ts';
import type { Tensor64 } from '../tensor64.ts';
import { broadcastShape, stretched } from './elementwise.ts';
import { indicesOf, type Sum, sums } from './sum.ts';
import { type Evaluate, fromEnd, peak, U, type Value, withError } from './value.ts';

type Fold = (values: readonly number[]) => number;

function reduction(kind: 'sum' | 'mean' | Fold): Evaluate {
  return ({ x, list, has, a }) => {
    const { shape, error } = x(0);
    const axes = has(1) ? list(1).map((axis) => fromEnd(axis, shape.length)) : [...shape.keys()];
    const inner = shape.map((side, axis) => (axes.includes(axis) ? side : 1));
    const outer = shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
    const at = (indices: Indices, offset: Indices) =>
      element(
        x(0),
        indices.map((index, axis) => index + (offset[axis] as number)),
      );
    const add = (sum: Sum, indices: Indices) => {
      for (const offset of indicesOf(inner)) sum.add(at(indices, offset), 1, error);
    };
    const y =
      typeof kind === 'function'
        ? withError(
            tensorOf(outer, (indices) => kind([...indicesOf(inner)].map((offset) => at(indices, offset)))),
            error,
          )
        : sums(outer, 1, add, kind === 'mean' ? 1 / elementCount(inner) : 1);
    return a.keepdims === 0 ? { ...y, shape: shape.filter((_, axis) => !axes.includes(axis)) } : y;
  };
}

function product(a: Value, b: Value, extra: number): Value {
  const [m, k, n] = [a.shape.at(-2), a.shape.at(-1), b.shape.at(-1)] as [number, number, number];
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return sums([...batch, m, n], extra, (sum, indices) => {
    const [rest, i, j] = [indices.slice(0, -2), indices.at(-2) as number, indices.at(-1) as number];
    for (let l = 0; l < k; l++) {
      sum.add(stretched(a, [...rest, i, l]), stretched(b, [...rest, l, j]), a.error, b.error);
    }
  });
}

/** A vector is a row on the left, a column on the right. */
const matMul: Evaluate = ({ x }) => {
  const [a, b] = [x(0), x(1)];
  const [isRow, isColumn] = [a.shape.length === 1, b.shape.length === 1];
  const left = isRow ? { ...a, shape: [1, ...a.shape] } : a;
  const right = isColumn ? { ...b, shape: [...b.shape, 1] } : b;
  const y = product(left, right, 0);
  const rank = y.shape.length;
  return {
    ...y,
    shape: y.shape.filter((_, axis) => !(isRow && axis === rank - 2) && !(isColumn && axis === rank - 1)),
  };
};

const swapped = (t: Value): Value =>
  withError(
    tensorOf(t.shape.toReversed(), (indices) => element(t, indices.toReversed())),
    t.error,
  );

const gemm: Evaluate = ({ x, has, a }) => {
  const left = a.transA === 1 ? swapped(x(0)) : x(0);
  const right = a.transB === 1 ? swapped(x(1)) : x(1);
  const alpha = Math.fround((a.alpha as number | undefined) ?? 1);
  const beta = Math.fround((a.beta as number | undefined) ?? 1);
  // Scaled weights, a scaled addend and the sum: three more roundings.
  const y = product({ ...left, data: left.data.map((value) => alpha * value), error: left.error * alpha }, right, 3);
  if (!has(2)) return y;
  const c = x(2);
  const total = tensorOf(y.shape, (indices) => element(y, indices) + beta * stretched(c, indices));
  return withError(total, y.error + Math.abs(beta) * c.error + 2 * U * (peak(y) + Math.abs(beta) * peak(c)));
};

const globalAveragePool: Evaluate = (call) =>
  reduction('mean')({
    ...call,
    has: () => true,
    list: () =>
      call
        .x(0)
        .shape.map((_, axis) => axis)
        .slice(2),
  });

const batchNormalization: Evaluate = ({ x: input, a }) => {
  const x = input(0);
  const epsilon = Math.fround((a.epsilon as number | undefined) ?? 1e-5);
  const perChannel = (i: number, at: Indices) => element(input(i), [at[1] as number]);
  const slope = (at: Indices) => perChannel(1, at) / Math.sqrt(perChannel(4, at) + epsilon);
  let error = 0;
  const y = tensorOf(x.shape, (at) => {
    const [value, mean, shift, factor] = [element(x, at), perChannel(3, at), perChannel(2, at), slope(at)];
    // ε is added, a root, a quotient, two products, two sums.
    const magnitude = Math.abs(factor) * (Math.abs(value) + Math.abs(mean)) + Math.abs(shift);
    error = Math.max(error, Math.abs(factor) * x.error + 7 * U * (magnitude + x.error));
    return (value - mean) * factor + shift;
  });
  return withError(y, error);
};

/** Over the axes from `axis` on; scale and shift have their shape. */
const layerNormalization: Evaluate = ({ x: input, has, a }) => {
  const x = input(0);
  const first = fromEnd((a.axis as number | undefined) ?? -1, x.shape.length);
  const length = elementCount(x.shape.slice(first));
  const epsilon = Math.fround((a.epsilon as number | undefined) ?? 1e-5);
  const data = new Float64Array(x.data.length);
  let error = 0;
  for (let row = 0; row < data.length; row += length) {
    const values = [...x.data.subarray(row, row + length)];
    const mean = values.reduce((sum, value) => sum + value, 0) / length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length;
    const deviation = Math.sqrt(variance + epsilon);
    // x − mean is off by the errors of both, and by what rounding the mean's sum costs.
    const off = 2 * x.error + (length + 2) * U * Math.max(...values.map(Math.abs));
    values.forEach((value, i) => {
      const normal = (value - mean) / deviation;
      const scale = element1(input(1), i);
      data[row + i] = normal * scale + (has(2) ? element1(input(2), i) : 0);
      const relative = (1 + Math.abs(normal)) * (off / deviation) + (length + 8) * U * Math.abs(normal);
      error = Math.max(error, Math.abs(scale) * relative + U * Math.abs(data[row + i] as number));
    });
  }
  return withError({ shape: x.shape, data }, error);
};

const element1 = ({ data }: Tensor64, i: number): number => data[i] as number;

/** A probability's relative error: see softmaxError in test/suites/rounding.ts; an error of x counts twice. */
const softmax: Evaluate = ({ x, a }) => {
  const { shape, error } = x(0);
  const axis = fromEnd((a.axis as number | undefined) ?? -1, shape.length);
  const length = shape[axis] as number;
  let relative = 0;
  const y = tensorOf(shape, (indices) => {
    const row = Array.from({ length }, (_, i) => element(x(0), indices.with(axis, i)));
    const most = Math.max(...row);
    relative = Math.max(relative, 2 * error + (2 * (most - Math.min(...row) + 2 * error + 4) + length + 1) * U);
    return Math.exp(element(x(0), indices) - most) / row.reduce((sum, value) => sum + Math.exp(value - most), 0);
  });
  return withError(y, relative * peak(y));
};

export const adding: Readonly<Record<string, Evaluate>> = {
  BatchNormalization: batchNormalization,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  LayerNormalization: layerNormalization,
  MatMul: matMul,
  ReduceMax: reduction((values) => Math.max(...values)),
  ReduceMean: reduction('mean'),
  ReduceMin: reduction((values) => Math.min(...values)),
  ReduceSum: reduction('sum'),
  Softmax: softmax,
};

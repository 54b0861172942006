/** Steps of a random chain that add up: reductions, norms, convolutions, pools, products of matrices. */
import { elementCount } from '../../../../engine/tensor.ts';
import { axesOf, MOST, type Step, signed } from './chain.ts';
import { float } from './models.ts';

const reduce: Step = (chain, { name, shape }) => {
  const axes = chain.subset(axesOf(shape));
  if (axes.length === 0) return;
  const type = chain.choose(['ReduceMean', 'ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin']);
  const keepdims = chain.pick(2);
  const sides = shape.flatMap((side, axis) => (axes.includes(axis) ? (keepdims === 1 ? [1] : []) : [side]));
  const list = chain.list(...axes.map((axis) => signed(chain, axis, shape.length)));
  chain.add(type, `${name} ${list}`, sides, { keepdims });
};

const softmax: Step = (chain, { name, shape }) => {
  if (shape.length === 0) return;
  chain.add('Softmax', name, shape, { axis: signed(chain, chain.pick(shape.length), shape.length) });
};

const layerNorm: Step = (chain, { name, shape }) => {
  if (shape.length === 0) return;
  const axis = chain.pick(shape.length);
  const sides = shape.slice(axis);
  // Of one number nothing is left but 0 / √ε: its error says nothing.
  if (elementCount(sides) < 3) return;
  const inputs = [name, chain.constant(sides, 0.5, 1.5), chain.constant(sides)].join(' ');
  chain.add('LayerNormalization', inputs, shape, { axis, epsilon: float(0.125) });
};

/** Of images [N,C,H,W], and of sequences [N,C,L]. */
const conv: Step = (chain, { name, shape }) => {
  if (shape.length !== 3 && shape.length !== 4) return;
  const [n, channels, ...spatial] = shape as readonly number[] as [number, number, ...number[]];
  const group = chain.choose([1, 1, 2, channels].filter((groups) => channels % groups === 0));
  const outputs = group * (1 + chain.pick(3));
  const kernel = chain.choose([1, 3]);
  const stride = 1 + chain.pick(2);
  const padding = Math.floor(kernel / 2);
  const filter = chain.constant([outputs, channels / group, ...spatial.map(() => kernel)]);
  const bias = chain.pick(2) === 1 ? ` ${chain.constant([outputs])}` : '';
  const sides = spatial.map((side) => Math.floor((side - 1) / stride) + 1);
  chain.add('Conv', `${name} ${filter}${bias}`, [n, outputs, ...sides], {
    group,
    strides: spatial.map(() => stride),
    pads: [...spatial, ...spatial].map(() => padding),
  });
};

const pool: Step = (chain, { name, shape }) => {
  if (shape.length !== 4) return;
  const [n, c, h, w] = shape as [number, number, number, number];
  const type = chain.choose(['MaxPool', 'AveragePool', 'GlobalAveragePool']);
  if (type === 'GlobalAveragePool') chain.add(type, name, [n, c, 1, 1]);
  else if (h > 1 && w > 1)
    chain.add(type, name, [n, c, h - 1, Math.floor(w / 2)], { kernel_shape: [2, 2], strides: [1, 2] });
};

const batchNorm: Step = (chain, { name, shape }) => {
  if (shape.length < 2) return;
  const channels = [shape[1] as number];
  const inputs = [
    name,
    chain.constant(channels, 0.5, 1.5),
    chain.constant(channels),
    chain.constant(channels),
    chain.constant(channels, 0.5, 1.5),
  ];
  chain.add('BatchNormalization', inputs.join(' '), shape);
};

/** By a constant from the right or the left, or by the value's own transpose. */
const matMul: Step = (chain, { name, shape }) => {
  const [rows, columns] = [shape.at(-2), shape.at(-1)];
  if (columns === undefined) return;
  const size = 1 + chain.pick(5);
  const how = chain.pick(4);
  if (how === 0 && rows !== undefined && chain.products++ < 2) {
    const rank = shape.length;
    const perm = [...axesOf(shape).slice(0, -2), rank - 1, rank - 2];
    const swapped = [...shape.slice(0, -2), columns, rows];
    if (elementCount(shape) > MOST) return;
    chain.add('Transpose', name, swapped, { perm });
    chain.add('MatMul', `${name} ${chain.current.name}`, [...shape.slice(0, -1), rows]);
  } else if (how === 1 && rows !== undefined) {
    chain.add('MatMul', `${chain.constant([size, rows])} ${name}`, [...shape.slice(0, -2), size, columns]);
  } else {
    chain.add('MatMul', `${name} ${chain.constant([columns, size])}`, [...shape.slice(0, -1), size]);
  }
};

const gemm: Step = (chain, { name, shape }) => {
  if (shape.length !== 2) return;
  const [transA, transB] = [chain.pick(2), chain.pick(2)];
  const [m, k] = (transA === 1 ? shape.toReversed() : shape) as [number, number];
  const n = 1 + chain.pick(5);
  const addend = chain.choose([[], [n], [1, n], [m, 1], [m, n]]);
  const inputs = [name, chain.constant(transB === 1 ? [n, k] : [k, n]), chain.constant(addend)];
  const scales = chain.choose([{}, { alpha: float(0.5) }, { alpha: float(0.75), beta: float(-1.5) }]);
  chain.add('Gemm', inputs.join(' '), [m, n], { transA, transB, ...scales });
};

export const sums = {
  batchNorm,
  conv,
  gemm,
  layerNorm,
  matMul,
  pool,
  reduce,
  softmax,
  convAgain: conv,
} satisfies Record<string, Step>;

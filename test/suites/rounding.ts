/**
 * How far f32 kernels may be from exact arithmetic, layer by layer: the usual forward error analysis (Higham, "Accuracy
 * and Stability of Numerical Algorithms", §3). A sum of k products is off by at most (k + 1)·u times the sum of their
 * absolute values, in any order and with or without fused multiply-adds.
 */
import type { LayerKind } from '../../engine/layers/index.ts';
import { elementCount, type Shape } from '../../engine/tensor.ts';
import { groupBlocks } from '../reference/group-norm.ts';
import { references } from '../reference/index.ts';
import { instanceBlocks } from '../reference/instance-norm2d.ts';
import { layerBlocks } from '../reference/layer-norm.ts';
import { mapTensor, type Tensor64 } from '../reference/tensor64.ts';
import { activationRoundings } from './rounding-activations.ts';
import * as arithmetic from './rounding-arithmetic.ts';
import { type AlgorithmRounding, type Case64, type Rounding, tensorOf, U } from './rounding-contract.ts';
import { fakeQuantize } from './rounding-levels.ts';
import { moving, resampling } from './rounding-movement.ts';
import { batchNorm2d, blockNorm } from './rounding-norm.ts';
import {
  five,
  four,
  type TileMatrices,
  winograd,
  winogradFilterGradient,
  winogradInputGradient,
} from './rounding-winograd.ts';
import { slope, slopeOfLine } from './slope.ts';

export { type Case64, type GradientError, type Rounding, type Target, tensorOf, U } from './rounding-contract.ts';

const absolute = (t: Tensor64): Tensor64 => mapTensor(t, Math.abs);

const absoluteCase = (c: Case64): Case64 => ({
  ...c,
  x: c.x.map(absolute),
  w: Object.fromEntries(Object.entries(c.w).map(([role, t]) => [role, absolute(t)])),
});

const evaluate = (c: Case64): Tensor64 => references[c.kind](c.x, c.w, c.attributes);

interface Terms {
  /** Products in one element of y, of dx, of dw. */
  readonly y: number;
  readonly dx: number;
  readonly dw: number;
}

/**
 * For layers that are linear in each of their operands: the sums of absolute values are what the layer itself computes
 * from absolute values.
 */
const linear = (terms: (x: Shape, y: Shape, a: Case64['attributes']) => Terms): Rounding => ({
  forward(c, y) {
    const { y: k } = terms((c.x[0] as Tensor64).shape, y.shape, c.attributes);
    return evaluate(absoluteCase(c)).data.map((sum) => (k + 2) * U * sum);
  },
  gradient(c, dy) {
    const magnitudes = absoluteCase(c);
    const shape = evaluate(c).shape;
    const { dx, dw } = terms((c.x[0] as Tensor64).shape, shape, c.attributes);
    const weights = dy.map(Math.abs);
    return (target, i) => {
      const sum = slopeOfLine(() => evaluate(magnitudes), tensorOf(magnitudes, target).data, i, weights);
      return ((typeof target === 'number' ? dx : dw) + 2) * U * sum;
    };
  },
});

/** For layers that only choose among their inputs: no error forward; backward, sums of as many gradients as chose. */
const selecting = (readers: (a: Case64['attributes']) => number): Rounding => ({
  forward: (_, y) => y.data.map(() => 0),
  gradient(c, dy) {
    const weights = dy.map(Math.abs);
    const k = readers(c.attributes) - 1; // the first gradient is taken as it is
    return (target, i) => k * U * slope(() => evaluate(c), tensorOf(c, target).data, i, weights);
  },
});

const side = (shape: Shape, axis: number): number => shape[axis] as number;
const windowSize = (a: { readonly size: readonly [number, number] }): number => a.size[0] * a.size[1];
/** Most pixels of `whole` that an equal share of it touches, where there are as many shares as `parts` has pixels. */
const shareArea = (whole: Shape, parts: Shape): number =>
  (Math.ceil(side(whole, 1) / side(parts, 1)) + 1) * (Math.ceil(side(whole, 2) / side(parts, 2)) + 1);
/** Elements of one channel: N·H·W. */
const rowCount = (shape: Shape): number => elementCount(shape) / (shape.at(-1) as number);

const softmax: Rounding = {
  forward: (c, y) => y.data.map((value, i) => value * softmaxError(c, i)),
  gradient(c, dy) {
    const y = evaluate(c);
    const n = y.shape.at(-1) as number;
    return (_, i) => {
      const row = Math.floor(i / n) * n;
      let dot = 0;
      for (let j = row; j < row + n; j++) dot += Math.abs(dy[j] as number) * (y.data[j] as number);
      const error = 2 * softmaxError(c, i) + (n + 4) * U;
      return (y.data[i] as number) * (Math.abs(dy[i] as number) + dot) * error;
    };
  },
};

/**
 * Relative error of a probability: the difference x − max is off by U of itself, which is a relative error of its
 * power; exp adds 2 ulp (4 U), the sum of n powers n U, the division U.
 */
function softmaxError(c: Case64, i: number): number {
  const { shape, data } = c.x[0] as Tensor64;
  const n = shape.at(-1) as number;
  const row = data.subarray(Math.floor(i / n) * n, (Math.floor(i / n) + 1) * n);
  const spread = Math.max(...row) - Math.min(...row);
  return (2 * (spread + 4) + n + 1) * U;
}

/** Of convolutions that Winograd's filtering is not made for, nothing is asked. */
const winogradWhereMade = (matrices: TileMatrices): AlgorithmRounding => ({
  ...winograd(matrices),
  forward(c, y) {
    const { size, stride, dilation, groups } = c.attributes;
    const isMade = [...size, ...stride, ...dilation, groups].join() === '3,3,1,1,1,1,1';
    return isMade ? winograd(matrices).forward(c, y) : y.data.map(() => 0);
  },
});

/** Every layer says here how its kernels round. */
export const roundings = {
  ...activationRoundings,
  // A window has at most ⌈H / OH⌉ + 1 rows, a row is in at most ⌈OH / H⌉ + 1 windows.
  adaptiveAveragePool2d: linear((x, y) => ({ y: shareArea(x, y), dx: shareArea(y, x), dw: 0 })),
  adaptiveMaxPool2d: selecting(windowSize), // at most all windows
  add: arithmetic.sumOrDifference,
  averagePool2d: linear((_, __, a) => ({ y: windowSize(a), dx: windowSize(a), dw: 0 })),
  batchNorm2d,
  bias: linear((_, y) => ({ y: 1, dx: 0, dw: rowCount(y) })),
  concat: moving,
  constant: selecting(() => 1),
  conv2d: {
    ...linear((x, y, a) => ({
      y: (windowSize(a) * side(x, 3)) / a.groups + 1,
      dx: (windowSize(a) * a.filters) / a.groups,
      dw: rowCount(y),
    })),
    algorithms: {
      winograd: winogradWhereMade(four),
      winogradStreamed: winogradWhereMade(four),
      winograd5: winogradWhereMade(five),
    },
    gradientAlgorithms: {
      input: { winograd: winogradInputGradient(four), winograd5: winogradInputGradient(five) },
      filter: { winograd: winogradFilterGradient },
    },
  },
  convTranspose2d: linear((x, y, a) => ({
    y: (windowSize(a) * side(x, 3)) / a.groups + 1,
    dx: (windowSize(a) * a.filters) / a.groups,
    dw: Math.max(rowCount(x), rowCount(y)), // of the filter, of the bias
  })),
  dense: linear((x, y) => ({ y: side(x, 1) + 1, dx: side(y, 1), dw: side(x, 0) })),
  depthToSpace: moving,
  depthwiseConv2d: linear((_, y, a) => ({ y: windowSize(a) + 1, dx: windowSize(a) * a.multiplier, dw: rowCount(y) })),
  div: arithmetic.div,
  dropout: {
    forward: (_, y) => y.data.map(() => 0),
    /** 1 / (1 − rate) is rounded once, the product once. */
    training: (_, y) => y.data.map((value) => 2 * U * Math.abs(value)),
    gradient: () => (_, __, exact) => 2 * U * Math.abs(exact),
  },
  expand: moving,
  fakeQuantize,
  flatten: selecting(() => 1),
  gather: moving,
  globalAveragePool2d: linear((x) => ({ y: side(x, 1) * side(x, 2), dx: 1, dw: 0 })),
  globalMaxPool2d: selecting(() => 1),
  matMul: linear((a, y) => ({ y: side(a, a.length - 1), dx: arithmetic.productReaders(a, y), dw: 0 })),
  max: arithmetic.max,
  groupNorm: blockNorm(groupBlocks),
  instanceNorm2d: blockNorm(instanceBlocks),
  layerNorm: blockNorm(layerBlocks),
  maxPool2d: selecting(windowSize),
  min: arithmetic.min,
  mul: arithmetic.mul,
  pow: arithmetic.pow,
  reduceMax: selecting(() => 1),
  reduceMean: linear((x, _, a) => ({ y: arithmetic.reducedCount(x, a), dx: 1, dw: 0 })),
  reduceMin: selecting(() => 1),
  reduceSum: linear((x, _, a) => ({ y: arithmetic.reducedCount(x, a), dx: 1, dw: 0 })),
  pad: moving,
  relu: selecting(() => 1),
  relu6: selecting(() => 1),
  reshape: moving,
  resize: resampling,
  scale: linear((_, y) => ({ y: 1, dx: 1, dw: rowCount(y) })),
  slice: moving,
  softmax,
  sub: arithmetic.sumOrDifference,
  spaceToDepth: moving,
  transpose: moving,
} satisfies Record<LayerKind, Rounding>;

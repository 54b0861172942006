/** Convolutions and products of matrices, alone and with what TensorFlow has fused behind them. */
import { formatShape } from '../../../tensor.ts';
import type { Constant } from '../../onnx/tensor.ts';
import { isConstant, type Value, valueShape } from '../../onnx/value.ts';
import { activate, leakyRelu } from '../activations.ts';
import { batchNorm, convolution, depthwise, transposedConvolution } from '../images.ts';
import type { TensorFlowOperation, TensorFlowReader } from '../operation.ts';

/** A bias that a layer can hold: known, and one number a channel. */
const biasOf = (value: Value | undefined): Constant | undefined =>
  value && isConstant(value) && value.shape.length === 1 ? value : undefined;

/** What a fused operator does behind its product, step by step: `fused_ops`, whose arguments are the inputs from 2 on. */
function fused(op: TensorFlowOperation, make: (bias: Constant | undefined) => Value): Value {
  const steps = op.tf.texts('fused_ops');
  let next = 2;
  const [first] = steps;
  const bias = first === 'BiasAdd' ? biasOf(op.input(2)) : undefined;
  return steps.reduce((value, step, i) => {
    if (step === 'BiasAdd') {
      const addend = op.input(next++);
      return i === 0 && bias ? value : op.apply('Add', [value, addend]);
    }
    if (step === 'FusedBatchNorm') {
      const [scale, shift, mean, variance] = [0, 1, 2, 3].map((k) => op.constant(next + k, 'a statistic'));
      next += 4;
      const weights = { scale: scale!, shift: shift!, mean: mean!, variance: variance! };
      return batchNorm(op, value, weights, op.tf.float('epsilon', 1e-4));
    }
    if (step === 'LeakyRelu') return leakyRelu(op, value, op.tf.float('leakyrelu_alpha', 0.2));
    if (step === 'Prelu') return op.apply('PRelu', [value, op.input(next++)]);
    return activate(op, step, value);
  }, make(bias));
}

const filterOf = (op: TensorFlowOperation): Constant => op.constant(1, 'the filter');

const conv2d: TensorFlowReader = (op) =>
  fused(op, (bias) => convolution(op, op.input(0), filterOf(op), op.strides(), bias));

const depthwiseConv2d: TensorFlowReader = (op) =>
  fused(op, (bias) => depthwise(op, op.input(0), filterOf(op), op.strides(), bias));

/** Inputs: the sides of what comes out, the filter, the gradient. */
const backpropInput: TensorFlowReader = (op) => {
  const sides = op.list(0, 'the sizes');
  const [height, width] = sides.length === 4 ? sides.slice(1) : sides;
  if (height === undefined || width === undefined) throw op.invalid(`its sizes ${formatShape(sides)} are not 4`);
  return transposedConvolution(op, op.input(2), filterOf(op), op.strides(), [height, width]);
};

const matMul: TensorFlowReader = (op) =>
  fused(op, (bias) =>
    op.apply('Gemm', [op.input(0), op.input(1), bias], {
      transA: op.tf.flag('transpose_a') ? 1 : 0,
      transB: op.tf.flag('transpose_b') ? 1 : 0,
    }),
  );

/** The last two axes swapped where wanted. */
function adjoint(op: TensorFlowOperation, value: Value, swap: boolean): Value {
  const rank = valueShape(value).length;
  if (!swap || rank < 2) return value;
  const order = Array.from({ length: rank }, (_, axis) => axis);
  return op.apply('Transpose', [value], { perm: [...order.slice(0, -2), rank - 1, rank - 2] });
}

const batchMatMul: TensorFlowReader = (op) =>
  op.apply('MatMul', [adjoint(op, op.input(0), op.tf.flag('adj_x')), adjoint(op, op.input(1), op.tf.flag('adj_y'))]);

/** Statistics are known, and not those of the batch. Outputs behind the first are not read by a run. */
const fusedBatchNorm: TensorFlowReader = (op) => {
  op.requireChannelsLast();
  if (op.tf.flag('is_training')) throw op.unsupported('training', 'it is in training mode');
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => op.constant(i, 'a statistic')) as [
    Constant,
    Constant,
    Constant,
    Constant,
  ];
  return batchNorm(op, op.input(0), { scale, shift, mean, variance }, op.tf.float('epsilon', 1e-4));
};

export const convolutions: Readonly<Record<string, TensorFlowReader>> = {
  BatchMatMul: batchMatMul,
  BatchMatMulV2: batchMatMul,
  Conv2D: conv2d,
  Conv2DBackpropInput: backpropInput,
  DepthwiseConv2dNative: depthwiseConv2d,
  FusedBatchNorm: fusedBatchNorm,
  FusedBatchNormV2: fusedBatchNorm,
  FusedBatchNormV3: fusedBatchNorm,
  FusedDepthwiseConv2dNative: depthwiseConv2d,
  MatMul: matMul,
  _FusedConv2D: conv2d,
  _FusedMatMul: matMul,
};

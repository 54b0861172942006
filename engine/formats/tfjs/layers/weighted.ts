/** Layers with weights. */
import { formatShape } from '../../../tensor.ts';
import { constantOf } from '../../onnx/tensor.ts';
import { batchNorm, convolution, depthwise, noPadding, transposedConvolution, transposedSize } from '../images.ts';
import type { LayerReader } from '../layer-operation.ts';

const conv2d: LayerReader = (op) =>
  op.activated(convolution(op, op.input(0), op.weight('kernel'), op.strides(), op.bias()));

const depthwiseConv2d: LayerReader = (op) =>
  op.activated(depthwise(op, op.input(0), op.weight('depthwise_kernel'), op.strides(), op.bias()));

/** Each channel by itself, and then all of them at every place. */
const separableConv2d: LayerReader = (op) => {
  const between = depthwise(op, op.input(0), op.weight('depthwise_kernel'), op.strides());
  const single = { stride: [1, 1], dilation: [1, 1], padding: noPadding } as const;
  return op.activated(convolution(op, between, op.weight('pointwise_kernel'), single, op.bias()));
};

const conv2dTranspose: LayerReader = (op) => {
  if (op.has('output_padding')) throw op.unsupported('feature', 'output_padding is not supported');
  const kernel = op.weight('kernel');
  const strides = op.strides();
  const { padding, dilation } = strides;
  if (dilation.join() !== '1,1') throw op.unsupported('feature', 'dilation_rate is not supported');
  const window = [kernel.shape[0] as number, kernel.shape[1] as number] as const;
  const size = transposedSize(op.shape(0), window, strides.stride, padding);
  return op.activated(transposedConvolution(op, op.input(0), kernel, strides, size, op.bias()));
};

/** Along the last axis, whatever is before it. */
const dense: LayerReader = (op) => {
  const [x, kernel, bias] = [op.input(0), op.weight('kernel'), op.bias()];
  if (op.shape(0).length === 2) return op.activated(op.apply('Gemm', [x, kernel, bias]));
  const product = op.apply('MatMul', [x, kernel]);
  return op.activated(bias ? op.apply('Add', [product, bias]) : product);
};

const batchNormalization: LayerReader = (op) => {
  const { length } = op.shape(0);
  const [axis = -1] = op.listed('axis') ?? [];
  if (op.axis(axis, length) !== length - 1) {
    throw op.unsupported('feature', `axis ${axis} of ${formatShape(op.shape(0))} is not supported, only the last`);
  }
  const mean = op.weight('moving_mean');
  const filled = (value: number) => constantOf('float32', mean.shape, new Float32Array(mean.data.length).fill(value));
  const weights = {
    scale: op.flag('scale', true) ? op.weight('gamma') : filled(1),
    shift: op.flag('center', true) ? op.weight('beta') : filled(0),
    mean,
    variance: op.weight('moving_variance'),
  };
  return batchNorm(op, op.input(0), weights, op.number('epsilon', 1e-3));
};

/** A slope for each element, or for all of an axis. */
const prelu: LayerReader = (op) => op.apply('PRelu', [op.input(0), op.weight('alpha')]);

export const weighted: Readonly<Record<string, LayerReader>> = {
  BatchNormalization: batchNormalization,
  Conv2D: conv2d,
  Conv2DTranspose: conv2dTranspose,
  Dense: dense,
  DepthwiseConv2D: depthwiseConv2d,
  PReLU: prelu,
  SeparableConv2D: separableConv2d,
};

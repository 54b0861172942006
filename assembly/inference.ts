/** Entry of build/inference.wasm: every forward kernel. What ships to the edge. */

export {
  abs,
  ceil,
  elu,
  floor,
  gelu,
  geluTanh,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  neg,
  reciprocal,
  silu,
  sqrt,
} from './activation';
export { add, div, maximum, minimum, mul, pow, sub } from './arithmetic';
export { addBias, affine, packBatchNorm2d, prelu } from './channelwise';
export { conv2d } from './conv2d';
export { conv2dTransposed } from './conv2d-transposed';
export { depthwiseConv2d } from './depthwise-conv2d';
export { depthwiseConv2dTiles } from './depthwise-tiles';
export { clamp } from './elementwise';
export { erf } from './erf';
export { gatherAxis } from './gather';
export { gemm } from './gemm';
export { globalAveragePool2d, globalMaxPool2d } from './global-pool2d';
export { groupNorm } from './group-norm';
export { exp, log, sigmoid, softplus, tanh } from './math';
export * from './memory';
export * from './pack';
export { averagePool2d, maxPool2d } from './pool2d';
export * from './quantized';
export { reduceMax, reduceMin, reduceSum } from './reduce';
export { resampleAxis } from './resample';
export { logSoftmax, softmax } from './softmax';
export { stridedCopy } from './strided-copy';
export { conv2dWinograd, packWinograd } from './winograd';

/** Entry of build/inference.wasm: every forward kernel. What ships to the edge. */

export { addBias, affine, packBatchNorm2d } from './channelwise';
export { conv2d } from './conv2d';
export { conv2dTransposed } from './conv2d-transposed';
export { depthwiseConv2d } from './depthwise-conv2d';
export { add, clamp } from './elementwise';
export { gemm } from './gemm';
export { globalAveragePool2d, globalMaxPool2d } from './global-pool2d';
export { groupNorm } from './group-norm';
export { exp, log, tanh } from './math';
export * from './memory';
export * from './pack';
export { averagePool2d, maxPool2d } from './pool2d';
export { softmax } from './softmax';

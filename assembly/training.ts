/** Entry of build/training.wasm: all of inference, the backward kernels and the optimiser. */

export { batchNorm2dBackward } from './backward/batch-norm2d';
export { conv2dFilterGradient, convTranspose2dFilterGradient } from './backward/conv2d';
export { depthwiseConv2dBackward } from './backward/depthwise-conv2d';
export { accumulate, clampBackward, moveTowards } from './backward/elementwise';
export { columnSums, gemmTransposed } from './backward/gemm';
export { groupNormBackward } from './backward/group-norm';
export { packPanelsTransposed } from './backward/pack';
export {
  averagePool2dBackward,
  globalAveragePool2dBackward,
  globalMaxPool2dBackward,
  maxPool2dBackward,
} from './backward/pool2d';
export { softmaxBackward, softmaxCrossEntropy } from './backward/softmax';
export { batchNorm2dTraining } from './batch-norm2d';
export { dropout } from './dropout';
export * from './inference';
export { adamUpdate, sgdUpdate } from './optimizer';

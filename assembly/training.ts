/** Entry of build/training.wasm: all of inference, the backward kernels and the optimiser. */

export {
  absBackward,
  eluBackward,
  erfBackward,
  expBackward,
  geluBackward,
  geluTanhBackward,
  hardSigmoidBackward,
  hardSwishBackward,
  leakyReluBackward,
  logBackward,
  reciprocalBackward,
  sigmoidBackward,
  siluBackward,
  softplusBackward,
  sqrtBackward,
  tanhBackward,
} from './backward/activation';
export { equal, powBaseSlope, powExponentSlope, spread } from './backward/arithmetic';
export { batchNorm2dBackward } from './backward/batch-norm2d';
export { conv2dFilterGradient, convTranspose2dFilterGradient } from './backward/conv2d';
export { depthwiseConv2dBackward } from './backward/depthwise-conv2d';
export { accumulate, clampBackward, moveTowards } from './backward/elementwise';
export { gatherAxisBackward } from './backward/gather';
export { columnSums, gemmTransposed } from './backward/gemm';
export { groupNormBackward } from './backward/group-norm';
export { packPanelsTransposed, packSlices } from './backward/pack';
export {
  averagePool2dBackward,
  globalAveragePool2dBackward,
  globalMaxPool2dBackward,
  maxPool2dBackward,
} from './backward/pool2d';
export { preluBackward } from './backward/prelu';
export { reduceExtremeBackward } from './backward/reduce';
export { conv2dFilterGradientRouted } from './backward/routed-filter-gradient';
export { conv2dInputGradientRouted } from './backward/routed-input-gradient';
export { smoothL1 } from './backward/smooth-l1';
export { logSoftmaxBackward, softmaxBackward, softmaxCrossEntropy } from './backward/softmax';
export { stridedAdd } from './backward/strided-add';
export { conv2dFilterGradientWinograd } from './backward/winograd-filter-gradient';
export { batchNorm2dTraining } from './batch-norm2d';
export { conv2dMaxPool2d } from './conv2d-max-pool2d';
export { dropout } from './dropout';
export * from './inference';
export { adamUpdate, sgdUpdate } from './optimizer';
export { maxPool2dRouted } from './routed-pool2d';
export { conv2dWinograd5, packWinograd5 } from './winograd-five';

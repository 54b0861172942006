/** Entry of build/training.wasm: all of inference, the backward kernels and the optimiser. */

export { conv2dFilterGradient, conv2dInputGradient } from './backward/conv2d';
export { columnSums, gemmTransposed } from './backward/gemm';
export { packPanelsTransposed } from './backward/pack';
export * from './inference';

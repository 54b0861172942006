/** The int8 kernels, a part of build/inference.wasm. Paths are explained in quantized/dot.ts. */

export { conv2dU8 } from './quantized/conv2d';
export { depthwiseConv2dU8 } from './quantized/depthwise-conv2d';
export { probeDot } from './quantized/dot';
export { addU8, dequantize, lookupU8, mulU8, quantize } from './quantized/elementwise';
export { gemmU8 } from './quantized/gemm';
export { packDepthwiseI8, packPanelsI8 } from './quantized/pack';
export { pool2dU8 } from './quantized/pool2d';
export { resizeU8 } from './quantized/resize';

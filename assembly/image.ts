/** Entry of build/image.wasm: kernels that work on pictures. Bit-exact on every machine, so never built with relaxed SIMD. */
export { convertRow, convolveRow, gatherRow } from './image/convolve';
export { applyTable, applyTablePixels, copyPixels, copyStrided, fillPixels } from './image/pixels';
export { paintSegments, reduceToPlanes, slic, sumSegments } from './image/superpixels';
export { warpField, warpMatrix } from './image/warp';
export { heapBase } from './memory';

/** Entry of build/image.wasm: kernels that work on pictures. Bit-exact on every machine, so never built with relaxed SIMD. */
export { blur, blurScratch } from './image/blur';
export { boxBlur, boxBlurScratch } from './image/box-blur';
export { convertRow, convolveRow, gatherRow } from './image/convolve';
export { correlate, correlateScratch } from './image/correlate';
export { jpegLoss, jpegLossScratch } from './image/jpeg-loss';
export { median, medianScratch } from './image/median';
export { paintSigned } from './image/paint-signed';
export { applyTable, applyTablePixels, copyPixels, copyStrided, fillPixels } from './image/pixels';
export { warpField, warpMatrix } from './image/warp';
export { heapBase } from './memory';

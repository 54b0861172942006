/** Entry of build/image.wasm: kernels that work on pictures. Bit-exact on every machine, so never built with relaxed SIMD. */
export { convertRow, convolveRow, gatherRow } from './image/convolve';
export { copyPixels } from './image/copies';
export { smoothDown, transposePlane, uniformNoise } from './image/elastic';
export { halve, halveScratch } from './image/halve';
export { applyTable, applyTablePixels, copyStrided, fillPixels } from './image/pixels';
export { resampleAcross, resampleAcrossLevels, resampleDown, resampleDownLevels } from './image/resize';
export { warpField, warpMatrix } from './image/warp';
export { copyRows, padPart } from './image/window';
export { heapBase } from './memory';

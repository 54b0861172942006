/** Entry of build/image.wasm: kernels that work on pictures. Bit-exact on every machine, so never built with relaxed SIMD. */
export { convertRow, convolveRow, gatherRow } from './image/convolve';
export { copyPixels, copyStrided, fillPixels } from './image/pixels';
export { applyLine, applyLineFloats, applyTable, applyTablePixels, isLine, levelTable } from './image/tables';
export { warpField, warpMatrix } from './image/warp';
export { heapBase } from './memory';

/** Entry of build/image.wasm: kernels that work on pictures. Bit-exact on every machine, so never built with relaxed SIMD. */
export { grayscale, permuteChannels, shiftHue, snow } from './image/colour';
export { convertRow, convolveRow, gatherRow } from './image/convolve';
export { equalize } from './image/equalize';
export { gaussianNoise, poissonNoise } from './image/noise';
export { copyPixels, copyStrided, fillPixels } from './image/pixels';
export { applyPowerFloats } from './image/power';
export { fillCells, saltAndPepper, saltCells, strikeCells } from './image/salt';
export { applyLine, applyLineFloats, applyNearLine, applyTable, isLine, levelTable, lineShift } from './image/tables';
export { warpField, warpMatrix } from './image/warp';
export { heapBase } from './memory';

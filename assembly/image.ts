/** Entry of build/image.wasm: kernels that work on pictures. Bit-exact on every machine, so never built with relaxed SIMD. */
export { blendPlanes, cloudAlpha, cloudIntensity } from './image/clouds';
export { convertRow, convolveRow, gatherRow } from './image/convolve';
export { reduceToPlanes } from './image/lab-planes';
export { applyTable, applyTablePixels, copyPixels, copyStrided, fillPixels } from './image/pixels';
export { paintSegments, sumSegments } from './image/segments';
export { slic } from './image/slic';
export { blendSnow, clipPlane, correlatePlane, mirrorMargins, sowFlakes } from './image/snow';
export { drawSpectrum, normalizePlane, transformColumns } from './image/spectrum';
export { stretchAcross, stretchDown } from './image/stretch';
export { warpField, warpMatrix } from './image/warp';
export { heapBase } from './memory';

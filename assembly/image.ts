/** Entry of build/image.wasm: kernels that work on pictures. Bit-exact on every machine, so never built with relaxed SIMD. */
export { blendPlanes, cloudAlpha, cloudIntensity } from './image/clouds';
export { convertRow, convolveRow, gatherRow } from './image/convolve';
export { applyTable, applyTablePixels, copyPixels, copyStrided, fillPixels } from './image/pixels';
export { blendSnow, clipPlane, correlatePlane, mirrorMargins, sowFlakes } from './image/snow';
export { drawSpectrum, normalizePlane, transformColumns } from './image/spectrum';
export { stretchAcross, stretchDown } from './image/stretch';
export { paintSegments, reduceToPlanes, slic, sumSegments } from './image/superpixels';
export { warpField, warpMatrix } from './image/warp';
export { copyBytes, heapBase } from './memory';

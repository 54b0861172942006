/** Entry of build/image.wasm: kernels that work on pictures. Bit-exact on every machine, so never built with relaxed SIMD. */
export { blur, blurScratch } from './image/blur';
export { boxBlur, boxBlurScratch } from './image/box-blur';
export { blendPlanes, cloudAlpha, cloudIntensity } from './image/clouds';
export { grayscale, permuteChannels, shiftHue, snow } from './image/colour';
export { convertRow, convolveRow, gatherRow } from './image/convolve';
export { correlate, correlateScratch } from './image/correlate';
export { equalize } from './image/equalize';
export { jpegLoss, jpegLossScratch } from './image/jpeg-loss';
export { median, medianScratch } from './image/median';
export { gaussianNoise, poissonNoise } from './image/noise';
export { paintSigned } from './image/paint-signed';
export { copyPixels, copyStrided, fillPixels } from './image/pixels';
export { fillCells, saltAndPepper, saltCells, strikeCells } from './image/salt';
export { blendSnow, clipPlane, correlatePlane, mirrorMargins, sowFlakes } from './image/snow';
export { drawSpectrum, normalizePlane, transformColumns } from './image/spectrum';
export { stretchAcross, stretchDown } from './image/stretch';
export { paintSegments, reduceToPlanes, slic, sumSegments } from './image/superpixels';
export {
  applyLine,
  applyLineFloats,
  applyTable,
  applyTablePixels,
  isLine,
  levelTable,
  lineShift,
} from './image/tables';
export { warpField, warpMatrix } from './image/warp';
export { copyBytes, heapBase } from './memory';

/** Entry of build/image.wasm: kernels that work on pictures. Bit-exact on every machine, so never built with relaxed SIMD. */
export { blur, blurScratch } from './image/blur';
export { boxBlur, boxBlurScratch } from './image/box-blur';
export { blendPlanes, cloudAlpha, cloudIntensity } from './image/clouds';
export { grayscale, permuteChannels, shiftHue, snow } from './image/colour';
export { convertRow, convolveRow, gatherRow } from './image/convolve';
export { copyPixels } from './image/copies';
export { correlate, correlateScratch } from './image/correlate';
export { smoothDown, transposePlane, uniformNoise } from './image/elastic';
export { equalize } from './image/equalize';
export { halve, halveScratch } from './image/halve';
export { jpegLoss, jpegLossScratch } from './image/jpeg-loss';
export { reduceToPlanes } from './image/lab-planes';
export { median, medianScratch } from './image/median';
export { gaussianNoise, poissonNoise } from './image/noise';
export { paintSigned } from './image/paint-signed';
export { copyStrided, fillPixels } from './image/pixels';
export { resampleAcross, resampleAcrossLevels, resampleDown, resampleDownLevels } from './image/resize';
export { fillCells, saltAndPepper, saltCells, strikeCells } from './image/salt';
export { paintSegments, sumSegments } from './image/segments';
export { slic } from './image/slic';
export { blendSnow, clipPlane, correlatePlane, mirrorMargins, sowFlakes } from './image/snow';
export { drawSpectrum, normalizePlane, transformColumns } from './image/spectrum';
export { stretchAcross, stretchDown } from './image/stretch';
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
export { copyRows, padPart } from './image/window';
export { heapBase } from './memory';

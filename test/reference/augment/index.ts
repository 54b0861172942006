/** The naive truth of every augmentation: plain loops in f64, no rounding, no clipping, one file a family. */
import type { AugmentationType } from '../../../engine/augment/operations/index.ts';
import { affine, exactCopy } from './affine.ts';
import { channelShuffle, fastSnowyLandscape, grayscale, hueSaturation } from './colour.ts';
import { boxBlur, convolve, emboss, gaussianBlur, medianBlur, motionBlur, sharpen } from './filters.ts';
import { crop, cropAndPad, perspective, resize } from './geometry.ts';
import { brightness, contrast, equalize, gamma, invert, posterize } from './levels.ts';
import { coarseDropout, coarseSalt, cutout, gaussianNoise, poissonNoise, saltAndPepper } from './noise.ts';
import type { AugmentReference } from './reference.ts';

export const augmentReferences = {
  affine,
  boxBlur,
  brightness,
  channelShuffle,
  clouds: 'test/engine/augment/clouds.test.ts, statistics in weather.test.ts',
  coarseDropout,
  coarseSalt,
  contrast,
  convolve,
  crop,
  cropAndPad,
  cutmix: 'test/engine/augment/batch.test.ts',
  cutout,
  elastic: 'geometry.test.ts has the naive loop: it needs the key of the noise',
  emboss,
  equalize,
  fastSnowyLandscape,
  fog: 'test/engine/augment/clouds.test.ts, statistics in weather.test.ts',
  gamma,
  gaussianBlur,
  gaussianNoise,
  grayscale,
  hflip: exactCopy,
  hueSaturation,
  invert,
  jpegCompression: 'test/engine/augment/jpeg-compression.test.ts: against libjpeg',
  medianBlur,
  mixup: 'test/engine/augment/batch.test.ts',
  motionBlur,
  normalize: 'engine/image/preprocess.ts does it: test/scripts/training/augmentation.test.ts',
  perspective,
  poissonNoise,
  posterize,
  resize,
  rotate: affine,
  rotate90: exactCopy,
  saltAndPepper,
  scale: affine,
  sharpen,
  shear: affine,
  snowflakes: 'test/engine/augment/clouds.test.ts, statistics in weather.test.ts',
  solarize: invert,
  superpixels: 'test/engine/augment/superpixels.test.ts, statistics in weather.test.ts',
  translateX: affine,
  translateY: affine,
  transpose: exactCopy,
  vflip: exactCopy,
} as const satisfies Record<AugmentationType, AugmentReference | string>;

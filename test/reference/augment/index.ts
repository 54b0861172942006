/** The naive truth of every augmentation: plain loops in f64, no rounding, no clipping, one file a family. */
import type { AugmentationType } from '../../../engine/augment/operations/index.ts';
import { affine, exactCopy } from './affine.ts';
import { channelShuffle, fastSnowyLandscape, grayscale, hueSaturation } from './colour.ts';
import { brightness, contrast, equalize, gamma, invert, posterize } from './levels.ts';
import { coarseDropout, coarseSalt, cutout, gaussianNoise, poissonNoise, saltAndPepper } from './noise.ts';
import type { AugmentReference } from './reference.ts';

export const augmentReferences = {
  affine,
  brightness,
  channelShuffle,
  coarseDropout,
  coarseSalt,
  contrast,
  cutout,
  equalize,
  fastSnowyLandscape,
  gamma,
  gaussianNoise,
  grayscale,
  hflip: exactCopy,
  hueSaturation,
  invert,
  poissonNoise,
  posterize,
  rotate: affine,
  rotate90: exactCopy,
  saltAndPepper,
  scale: affine,
  shear: affine,
  solarize: invert,
  translateX: affine,
  translateY: affine,
  transpose: exactCopy,
  vflip: exactCopy,
} as const satisfies Record<AugmentationType, AugmentReference | string>;

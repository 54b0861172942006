/** The naive truth of every augmentation: plain loops in f64, no rounding, no clipping, one file a family. */
import type { AugmentationType } from '../../../engine/augment/operations/index.ts';
import { affine, exactCopy } from './affine.ts';
import { brightness } from './colour.ts';
import { boxBlur, convolve, emboss, gaussianBlur, medianBlur, motionBlur, sharpen } from './filters.ts';
import type { AugmentReference } from './reference.ts';

export const augmentReferences = {
  affine,
  boxBlur,
  brightness,
  convolve,
  cutmix: 'test/engine/augment/batch.test.ts',
  emboss,
  gaussianBlur,
  hflip: exactCopy,
  jpegCompression: 'test/engine/augment/jpeg-compression.test.ts: against libjpeg',
  medianBlur,
  mixup: 'test/engine/augment/batch.test.ts',
  motionBlur,
  normalize: 'engine/image/preprocess.ts does it: test/scripts/training/augmentation.test.ts',
  rotate: affine,
  rotate90: exactCopy,
  scale: affine,
  sharpen,
  shear: affine,
  translateX: affine,
  translateY: affine,
  transpose: exactCopy,
  vflip: exactCopy,
} as const satisfies Record<AugmentationType, AugmentReference | string>;

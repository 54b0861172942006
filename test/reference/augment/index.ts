/** The naive truth of every augmentation: plain loops in f64, no rounding, no clipping, one file a family. */
import type { AugmentationType } from '../../../engine/augment/operations/index.ts';
import { affine, exactCopy } from './affine.ts';
import { brightness } from './colour.ts';
import type { AugmentReference } from './reference.ts';

export const augmentReferences = {
  affine,
  brightness,
  cutmix: 'test/engine/augment/batch.test.ts',
  hflip: exactCopy,
  mixup: 'test/engine/augment/batch.test.ts',
  normalize: 'engine/image/preprocess.ts does it: test/scripts/training/augmentation.test.ts',
  rotate: affine,
  rotate90: exactCopy,
  scale: affine,
  shear: affine,
  translateX: affine,
  translateY: affine,
  transpose: exactCopy,
  vflip: exactCopy,
} as const satisfies Record<AugmentationType, AugmentReference | string>;

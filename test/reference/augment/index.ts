/** The naive truth of every augmentation: plain loops in f64, no rounding, no clipping, one file a family. */
import type { AugmentationType } from '../../../engine/augment/operations/index.ts';
import { affine, exactCopy } from './affine.ts';
import { brightness } from './colour.ts';
import type { AugmentReference } from './reference.ts';

export const augmentReferences = {
  affine,
  brightness,
  clouds: 'test/engine/augment/weather.test.ts: alpha, intensity, statistics',
  cutmix: 'test/engine/augment/batch.test.ts',
  fog: 'test/engine/augment/weather.test.ts: alpha, intensity, statistics',
  hflip: exactCopy,
  mixup: 'test/engine/augment/batch.test.ts',
  normalize: 'engine/image/preprocess.ts does it: test/scripts/training/augmentation.test.ts',
  rotate: affine,
  rotate90: exactCopy,
  scale: affine,
  shear: affine,
  snowflakes: 'test/engine/augment/weather.test.ts: flakes, streaks, blend, statistics',
  superpixels: 'test/engine/augment/weather.test.ts: segments and means',
  translateX: affine,
  translateY: affine,
  transpose: exactCopy,
  vflip: exactCopy,
} as const satisfies Record<AugmentationType, AugmentReference | string>;

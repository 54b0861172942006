/** The naive truth of every augmentation: plain loops in f64, no rounding, no clipping, one file a family. */
import type { AugmentationType } from '../../../engine/augment/operations/index.ts';
import { affine, exactCopy } from './affine.ts';
import { brightness } from './colour.ts';
import type { AugmentReference } from './reference.ts';

export const augmentReferences = {
  affine,
  brightness,
  clouds: 'test/engine/augment/clouds.test.ts, statistics in weather.test.ts',
  fog: 'test/engine/augment/clouds.test.ts, statistics in weather.test.ts',
  hflip: exactCopy,
  rotate: affine,
  rotate90: exactCopy,
  scale: affine,
  shear: affine,
  snowflakes: 'test/engine/augment/clouds.test.ts, statistics in weather.test.ts',
  superpixels: 'test/engine/augment/superpixels.test.ts, statistics in weather.test.ts',
  translateX: affine,
  translateY: affine,
  transpose: exactCopy,
  vflip: exactCopy,
} as const satisfies Record<AugmentationType, AugmentReference | string>;

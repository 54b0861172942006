/** The naive truth of every augmentation: plain loops in f64, no rounding, no clipping, one file a family. */
import type { AugmentationType } from '../../../engine/augment/operations/index.ts';
import { affine, exactCopy } from './affine.ts';
import { brightness } from './colour.ts';
import { crop, cropAndPad, perspective, resize } from './geometry.ts';
import type { AugmentReference } from './reference.ts';

export const augmentReferences = {
  affine,
  brightness,
  crop,
  cropAndPad,
  elastic: 'geometry.test.ts has the naive loop: it needs the key of the noise',
  hflip: exactCopy,
  perspective,
  resize,
  rotate: affine,
  rotate90: exactCopy,
  scale: affine,
  shear: affine,
  translateX: affine,
  translateY: affine,
  transpose: exactCopy,
  vflip: exactCopy,
} as const satisfies Record<AugmentationType, AugmentReference | string>;

/** Every augmentation by the name that pipelines use. To add one: a file beside this, a line here, a reference in test/. */
import type { Augmentation } from '../augmentation.ts';
import { affine } from './affine.ts';
import { brightness } from './brightness.ts';
import { crop } from './crop.ts';
import { cropAndPad } from './crop-and-pad.ts';
import { elastic } from './elastic.ts';
import { hflip } from './hflip.ts';
import { perspective } from './perspective.ts';
import { resize } from './resize.ts';
import { rotate } from './rotate.ts';
import { rotate90 } from './rotate90.ts';
import { scale } from './scale.ts';
import { shear } from './shear.ts';
import { translateX } from './translate-x.ts';
import { translateY } from './translate-y.ts';
import { transpose } from './transpose.ts';
import { vflip } from './vflip.ts';

export const augmentations = {
  affine,
  brightness,
  crop,
  cropAndPad,
  elastic,
  hflip,
  perspective,
  resize,
  rotate,
  rotate90,
  scale,
  shear,
  translateX,
  translateY,
  transpose,
  vflip,
} as const;

export type AugmentationType = keyof typeof augmentations;
export const augmentationTypes = Object.keys(augmentations) as readonly AugmentationType[];

/** The augmentation of that name, its options no longer told apart by type. */
export function augmentationOf(type: AugmentationType): Augmentation {
  return augmentations[type] as unknown as Augmentation;
}

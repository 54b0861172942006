/** Every augmentation by the name that pipelines use. To add one: a file beside this, a line here, a reference in test/. */
import type { Augmentation } from '../augmentation.ts';
import { affine } from './affine.ts';
import { boxBlur } from './box-blur.ts';
import { brightness } from './brightness.ts';
import { convolve } from './convolve.ts';
import { cutmix } from './cutmix.ts';
import { emboss } from './emboss.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { hflip } from './hflip.ts';
import { jpegCompression } from './jpeg-compression.ts';
import { medianBlur } from './median-blur.ts';
import { mixup } from './mixup.ts';
import { motionBlur } from './motion-blur.ts';
import { normalize } from './normalize.ts';
import { rotate } from './rotate.ts';
import { rotate90 } from './rotate90.ts';
import { scale } from './scale.ts';
import { sharpen } from './sharpen.ts';
import { shear } from './shear.ts';
import { translateX } from './translate-x.ts';
import { translateY } from './translate-y.ts';
import { transpose } from './transpose.ts';
import { vflip } from './vflip.ts';

export const augmentations = {
  affine,
  boxBlur,
  brightness,
  convolve,
  cutmix,
  emboss,
  gaussianBlur,
  hflip,
  jpegCompression,
  medianBlur,
  mixup,
  motionBlur,
  normalize,
  rotate,
  rotate90,
  scale,
  sharpen,
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

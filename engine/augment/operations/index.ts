/** Every augmentation by the name that pipelines use. To add one: a file beside this, a line here, a reference in test/. */
import type { Augmentation } from '../augmentation.ts';
import { affine } from './affine.ts';
import { boxBlur } from './box-blur.ts';
import { brightness } from './brightness.ts';
import { channelShuffle } from './channel-shuffle.ts';
import { clouds } from './clouds.ts';
import { coarseDropout } from './coarse-dropout.ts';
import { coarseSalt } from './coarse-salt.ts';
import { contrast } from './contrast.ts';
import { convolve } from './convolve.ts';
import { crop } from './crop.ts';
import { cropAndPad } from './crop-and-pad.ts';
import { cutmix } from './cutmix.ts';
import { cutout } from './cutout.ts';
import { elastic } from './elastic.ts';
import { emboss } from './emboss.ts';
import { equalize } from './equalize.ts';
import { fastSnowyLandscape } from './fast-snowy-landscape.ts';
import { fog } from './fog.ts';
import { gamma } from './gamma.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { gaussianNoise } from './gaussian-noise.ts';
import { grayscale } from './grayscale.ts';
import { hflip } from './hflip.ts';
import { hueSaturation } from './hue-saturation.ts';
import { invert } from './invert.ts';
import { jpegCompression } from './jpeg-compression.ts';
import { medianBlur } from './median-blur.ts';
import { mixup } from './mixup.ts';
import { motionBlur } from './motion-blur.ts';
import { normalize } from './normalize.ts';
import { perspective } from './perspective.ts';
import { poissonNoise } from './poisson-noise.ts';
import { posterize } from './posterize.ts';
import { resize } from './resize.ts';
import { rotate } from './rotate.ts';
import { rotate90 } from './rotate90.ts';
import { saltAndPepper } from './salt-and-pepper.ts';
import { scale } from './scale.ts';
import { sharpen } from './sharpen.ts';
import { shear } from './shear.ts';
import { snowflakes } from './snowflakes.ts';
import { solarize } from './solarize.ts';
import { superpixels } from './superpixels.ts';
import { translateX } from './translate-x.ts';
import { translateY } from './translate-y.ts';
import { transpose } from './transpose.ts';
import { vflip } from './vflip.ts';

export const augmentations = {
  affine,
  boxBlur,
  brightness,
  channelShuffle,
  clouds,
  coarseDropout,
  coarseSalt,
  contrast,
  convolve,
  crop,
  cropAndPad,
  cutmix,
  cutout,
  elastic,
  emboss,
  equalize,
  fastSnowyLandscape,
  fog,
  gamma,
  gaussianBlur,
  gaussianNoise,
  grayscale,
  hflip,
  hueSaturation,
  invert,
  jpegCompression,
  medianBlur,
  mixup,
  motionBlur,
  normalize,
  perspective,
  poissonNoise,
  posterize,
  resize,
  rotate,
  rotate90,
  saltAndPepper,
  scale,
  sharpen,
  shear,
  snowflakes,
  solarize,
  superpixels,
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

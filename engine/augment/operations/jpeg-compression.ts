import { augmentation } from '../augmentation.ts';
import { jpegSteps } from '../jpeg-steps.ts';
import { number } from '../options.ts';
import { isFloat } from '../resampling.ts';

/**
 * What a baseline JPEG of that quality (libjpeg's scale) loses: colour at half the size for pictures of three channels and
 * the first three of four, every other channel as a gray picture. f32 is rounded to levels 0–255 first.
 */
export const jpegCompression = augmentation({
  summary: 'the blocks and blurred colours of a JPEG',
  options: { quality: number({ default: [30, 90], min: 1, max: 100, integer: true }) },
  apply: ({ studio, image, params }) => {
    const target = studio.like(image);
    const { width, height, channels } = image;
    const steps = jpegSteps(params.quality);
    const stepsPtr = studio.place(steps);
    const scratch = studio.take(studio.call.jpegLossScratch(width, height));
    studio.call.jpegLoss(image.ptr, width, height, channels, isFloat(image), target.ptr, stepsPtr, scratch);
    return target;
  },
  samples: [{ quality: 10 }, { quality: 75 }, { quality: 100 }],
});

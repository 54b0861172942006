import { augmentation } from '../augmentation.ts';
import { isFloat } from '../resampling.ts';

/**
 * Spreads the levels of each channel so that they are about equally common: v ← 255·(values up to v − values of the least
 * level) / (all values − values of the least level). f32 levels count as their nearest of 0–255.
 */
export const equalize = augmentation({
  summary: 'spreads the levels of each channel evenly',
  options: {},
  apply: ({ studio, image }) => {
    const counts = studio.take(256 * 4);
    for (let channel = 0; channel < image.channels; channel++) {
      studio.call.equalize(image.ptr, image.width * image.height, image.channels, isFloat(image), channel, counts);
    }
    return image;
  },
  samples: [{}],
});

import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';
import { isFloat } from '../resampling.ts';

/** Mixes the picture with its luma, 0.299·R + 0.587·G + 0.114·B (BT.601): with alpha 1 nothing else is left. */
export const grayscale = augmentation({
  summary: 'takes colour away',
  options: { alpha: number({ default: [0, 1], min: 0, max: 1, neutral: 0 }) },
  needs: 'rgb',
  apply: ({ studio, image, params: { alpha } }) => {
    const { ptr, width, height, channels } = image;
    studio.call.grayscale(ptr, width * height, channels, isFloat(image), alpha);
    return image;
  },
  samples: [{ alpha: 1 }, { alpha: 0.35 }],
});

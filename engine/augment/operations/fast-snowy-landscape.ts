import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';
import { isFloat } from '../resampling.ts';

/** Dark pixels turn white as snow: where the lightness L of HLS is below the threshold, it becomes min(L·multiplier, 255). */
export const fastSnowyLandscape = augmentation({
  summary: 'snow on what is dark',
  options: {
    threshold: number({ default: [100, 255], min: 0, max: 255 }),
    multiplier: number({ default: [1, 4], min: 0, max: 100 }),
  },
  needs: 'rgb',
  apply: ({ studio, image, params: { threshold, multiplier } }) => {
    const { ptr, width, height, channels } = image;
    studio.call.snow(ptr, width * height, channels, isFloat(image), threshold, multiplier);
    return image;
  },
  samples: [
    { threshold: 140, multiplier: 2.5 },
    { threshold: 100.5, multiplier: 1.5 },
    { threshold: 128, multiplier: 0.5 },
  ],
});

import { augmentation } from '../augmentation.ts';
import { correlate, reflected, smallFilter } from '../filtering.ts';
import { number } from '../options.ts';

/** (1 − alpha) of the picture and alpha of its edges, whose middle weight is 8 + lightness. */
export const sharpen = augmentation({
  summary: 'sharpens: blends in the edges',
  options: {
    alpha: number({ default: [0, 0.2], min: 0, max: 1 }),
    lightness: number({ default: [0.8, 1.2], min: 0, max: 100 }),
    ...reflected,
  },
  apply: ({ studio, image, params }) => {
    const { alpha, lightness } = params;
    const rim = -alpha;
    const middle = 1 - alpha + alpha * (8 + lightness);
    return correlate(studio, image, smallFilter([rim, rim, rim, rim, middle, rim, rim, rim, rim]), params);
  },
  samples: [
    { alpha: 0.2, lightness: 1 },
    { alpha: 1, lightness: 1, border: 'wrap' },
    { alpha: 0.7, lightness: 0.8, border: 'constant', fill: 90 },
  ],
});

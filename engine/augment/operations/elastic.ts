import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';
import { resampling } from '../resampling.ts';
import { smoothField, uniformPlane } from '../smooth-field.ts';

/** Displaces every pixel by a smooth random field: uniform noise of −1 … 1, smoothed with σ, times α pixels. */
export const elastic = augmentation({
  summary: 'ripples: displaces every pixel by a smooth random field',
  options: {
    alpha: number({ default: [1, 40], min: 0, max: 1000, neutral: 0 }),
    sigma: number({ default: [4, 8], min: 0, max: 100 }),
    ...resampling,
  },
  draws: true,
  field: ({ studio, image, params, key }) =>
    smoothField(studio, image, params, (plane) => uniformPlane(studio, plane, key)),
  samples: [
    { alpha: 30, sigma: 4 },
    { alpha: 60, sigma: 6, border: 'reflect' },
    { alpha: 3, sigma: 0, interpolation: 'nearest', border: 'wrap' },
  ],
});

import { augmentation } from '../augmentation.ts';
import { blurSeparably, gaussianWeights, reflected } from '../filtering.ts';
import { number, optional } from '../options.ts';

const MAX_SIGMA = 100;
/** Standard deviations from the middle to the rim. */
const REACH = 4;

/** Blurs with exp(−x²/2σ²) out to ⌈4σ⌉ pixels, or in a window of `size`. */
export const gaussianBlur = augmentation({
  summary: 'blurs, by sigma pixels',
  options: {
    sigma: number({ default: [0, 3], min: 0, max: MAX_SIGMA }),
    size: optional(number({ default: 1, min: 1, max: 2 * REACH * MAX_SIGMA + 1, integer: true, odd: true })),
    ...reflected,
  },
  apply: ({ studio, image, params }) => {
    const { sigma, size } = params;
    const radius = size === undefined ? Math.ceil(REACH * sigma) : (size - 1) / 2;
    return blurSeparably(studio, image, gaussianWeights(sigma, radius), params);
  },
  samples: [
    { sigma: 1.5 },
    { sigma: 0.5, size: 5, border: 'edge' },
    { sigma: 4, border: 'constant', fill: 60 },
    { sigma: 0, border: 'wrap' },
  ],
});

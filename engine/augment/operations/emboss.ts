import { augmentation } from '../augmentation.ts';
import { correlate, reflected, smallFilter } from '../filtering.ts';
import { number } from '../options.ts';

/** (1 − alpha) of the picture and alpha of a relief lit from the bottom right. */
export const emboss = augmentation({
  summary: 'a relief: blends in slopes along the diagonal',
  options: {
    alpha: number({ default: [0, 1], min: 0, max: 1 }),
    strength: number({ default: [0.25, 1], min: 0, max: 100 }),
    ...reflected,
  },
  apply: ({ studio, image, params }) => {
    const { alpha, strength: s } = params;
    const relief = [-1 - s, -s, 0, -s, 1, s, 0, s, 1 + s];
    const weights = relief.map((weight, i) => alpha * weight + (i === 4 ? 1 - alpha : 0));
    return correlate(studio, image, smallFilter(weights), params);
  },
  samples: [
    { alpha: 0.5, strength: 0.5 },
    { alpha: 1, strength: 1, border: 'edge' },
  ],
});

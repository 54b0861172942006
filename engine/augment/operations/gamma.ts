import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';

/** 255·(v/255)^gamma; levels below 0 count as 0. */
export const gamma = augmentation({
  summary: 'lighter or darker in the middle tones',
  options: { gamma: number({ default: [0.7, 1.7], min: 1e-6, max: 100, neutral: 1 }) },
  table: ({ gamma }) => ({ exponent: gamma }),
  samples: [{ gamma: 0.5 }, { gamma: 1.5 }],
});

import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';
import { inverted } from './invert.ts';

/** Light levels, from the threshold on, become their negative. */
export const solarize = augmentation({
  summary: 'the negative of light levels',
  options: { threshold: number({ default: [64, 192], min: 0, max: 256 }) },
  table: ({ threshold }) => inverted(threshold),
  samples: [{ threshold: 100 }],
});

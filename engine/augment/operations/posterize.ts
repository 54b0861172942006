import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';

/** Keeps the upper bits of every level: fewer shades. */
export const posterize = augmentation({
  summary: 'fewer shades: the upper bits of a level',
  options: { bits: number({ default: [3, 6], min: 1, max: 8, neutral: 8, integer: true }) },
  table: ({ bits }) => {
    const step = 1 << (8 - bits);
    return (level) => Math.floor(level / step) * step;
  },
  samples: [{ bits: 3 }, { bits: 8 }],
});

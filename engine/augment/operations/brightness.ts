import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';

/** v·multiply + add, in levels. */
export const brightness = augmentation({
  summary: 'lighter or darker: a factor, or levels added',
  options: {
    multiply: number({ default: [0.8, 1.2], min: 0, max: 100, neutral: 1 }),
    add: number({ default: 0, min: -255, max: 255, neutral: 0 }),
  },
  groups: [['multiply', 'add']],
  table: (line) => line,
  samples: [{ multiply: 1.25 }, { multiply: 0.6 }, { add: 30 }, { add: -45 }],
});

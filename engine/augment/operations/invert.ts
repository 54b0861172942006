import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';
import type { LevelMap } from '../tables.ts';

/** Levels from `threshold` on ← 255 − v; every level with a threshold of 0. */
export function inverted(threshold: number): LevelMap {
  if (threshold === 0) return { multiply: -1, add: 255 };
  return (level) => (level >= threshold ? 255 - level : level);
}

/** The negative: 255 − v. */
export const invert = augmentation({
  summary: 'the negative, of all levels or of those from a threshold on',
  options: { threshold: number({ default: 0, min: 0, max: 256 }) },
  table: ({ threshold }) => inverted(threshold),
  samples: [{}, { threshold: 128 }],
});

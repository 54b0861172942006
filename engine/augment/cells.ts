/** A coarse grid over the picture, of which some cells are struck. */
import type { Work } from './augmentation.ts';
import { number } from './options.ts';

/** Options: `size` cells each way, each struck with probability `amount`. */
export const cells = {
  amount: number({ default: [0.02, 0.1], min: 0, max: 1, neutral: 0 }),
  size: number({ default: [3, 8], min: 1, max: 512, integer: true }),
} as const;

interface Params {
  readonly amount: number;
  readonly size: number;
}

/** Draws which cells are struck: a byte a cell, row by row, 1 where it is. */
export function strikeCells({ studio, params: { amount, size }, key }: Work<Params>): number {
  const struck = studio.take(size * size);
  studio.call.strikeCells(struck, size * size, amount, ...key);
  return struck;
}

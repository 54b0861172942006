import { augmentation } from '../augmentation.ts';
import { copyAlong, mirrorDown } from '../exact.ts';

/** Mirrors up and down. */
export const vflip = augmentation({
  summary: 'mirrors up and down',
  options: {},
  matrix: (_, size) => mirrorDown(size),
  apply: (work) => copyAlong(work, mirrorDown(work.image)),
  samples: [{}],
});

import { augmentation } from '../augmentation.ts';
import { copyAlong, mirrorAcross } from '../exact.ts';

/** Mirrors left and right. */
export const hflip = augmentation({
  summary: 'mirrors left and right',
  options: {},
  matrix: (_, size) => mirrorAcross(size),
  apply: (work) => copyAlong(work, mirrorAcross(work.image)),
  samples: [{}],
});

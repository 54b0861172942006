import { augmentation } from '../augmentation.ts';
import { copyAlong, transposed } from '../exact.ts';

/** Mirrors along the diagonal: rows become columns. */
export const transpose = augmentation({
  summary: 'mirrors along the diagonal',
  options: {},
  matrix: (_, size) => transposed(size),
  apply: (work) => copyAlong(work, transposed(work.image)),
  samples: [{}],
});

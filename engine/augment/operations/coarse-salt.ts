import { augmentation } from '../augmentation.ts';
import { cells, strikeCells } from '../cells.ts';
import { isFloat } from '../resampling.ts';

/** In each cell that is struck every pixel becomes a light gray of its own: 127.5 + 255·|Beta(½, ½) − ½|. */
export const coarseSalt = augmentation({
  summary: 'cells of a grid turn to light noise',
  options: cells,
  draws: true,
  apply: (work) => {
    const { studio, image, params, key } = work;
    const { ptr, width, height, channels } = image;
    studio.call.saltCells(ptr, width, height, channels, isFloat(image), strikeCells(work), params.size, ...key);
    return image;
  },
  samples: [
    { amount: 0.3, size: 5 },
    { amount: 0.1, size: 40 },
    { amount: 1, size: 1 },
  ],
});

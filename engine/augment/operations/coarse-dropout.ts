import { augmentation } from '../augmentation.ts';
import { cells, strikeCells } from '../cells.ts';
import { bytesPerPixel, fillOption, fillPixel } from '../resampling.ts';

/** Each cell of a grid that is struck is filled with one level. */
export const coarseDropout = augmentation({
  summary: 'cells of a grid are blotted out',
  options: { ...cells, fill: fillOption },
  draws: true,
  apply: (work) => {
    const { studio, image, params } = work;
    const fill = fillPixel(studio, image, params.fill);
    const { ptr, width, height } = image;
    studio.call.fillCells(ptr, width, height, bytesPerPixel(image), strikeCells(work), params.size, fill);
    return image;
  },
  samples: [
    { amount: 0.3, size: 5 },
    { amount: 0.1, size: 40, fill: 200 },
    { amount: 1, size: 1 },
  ],
});

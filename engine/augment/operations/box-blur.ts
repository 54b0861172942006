import { augmentation } from '../augmentation.ts';
import { overWindow, reflected, windowSize } from '../filtering.ts';

/** The mean of size × size pixels, anchored behind the middle where the size is even. */
export const boxBlur = augmentation({
  summary: 'blurs: the mean of a square window',
  options: { size: windowSize([1, 7], false), ...reflected },
  apply: ({ studio, image, params }) => overWindow('boxBlur', studio, image, params.size, params),
  samples: [{ size: 5 }, { size: 4, border: 'wrap' }, { size: 13, border: 'constant', fill: 200 }, { size: 1 }],
});

import { augmentation } from '../augmentation.ts';
import { overWindow, reflected, windowSize } from '../filtering.ts';

/** The middle value of size × size pixels, in every channel. */
export const medianBlur = augmentation({
  summary: 'smooths and keeps edges: the median of a square window',
  options: { size: windowSize([1, 7], true), ...reflected },
  apply: ({ studio, image, params }) => overWindow('median', studio, image, params.size, params),
  samples: [{ size: 3 }, { size: 5, border: 'constant', fill: 128 }, { size: 7, border: 'edge' }],
});

import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';
import { paintMeans, segment } from '../segments.ts';

/** Segments of similar colour (SLIC), each painted with its mean colour with probability `replace`. */
export const superpixels = augmentation({
  summary: 'paints segments of similar colour with their mean',
  options: {
    replace: number({ default: [0.5, 1], min: 0, max: 1 }),
    segments: number({ default: [50, 120], min: 1, max: 4096, integer: true }),
  },
  draws: true,
  apply({ studio, image, params, random }) {
    const segments = segment(studio, image, params.segments);
    paintMeans(studio, image, segments, () => random.float() < params.replace);
    return image;
  },
  samples: [{ replace: 1, segments: 100 }, { replace: 0.5, segments: 30 }, { segments: 4000 }],
});

import { augmentation } from '../augmentation.ts';
import { correlate, reflected, windowSize } from '../filtering.ts';
import { lineFilter } from '../line-filter.ts';
import { number } from '../options.ts';

/** Blurs along a line of `size` pixels: upright at 0°, turned clockwise by `angle` degrees. */
export const motionBlur = augmentation({
  summary: 'blurs along a line, as a moving camera does',
  options: {
    size: windowSize([3, 7], true),
    angle: number({ default: [0, 360], min: -360, max: 360 }),
    ...reflected,
  },
  apply: ({ studio, image, params }) => {
    if (params.size === 1) return image;
    return correlate(studio, image, lineFilter(params.size, params.angle), params);
  },
  samples: [{ size: 7, angle: 30 }, { size: 9, angle: -90, border: 'symmetric' }, { size: 3 }],
});

import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';
import { isFloat } from '../resampling.ts';

/** Turns the hue by degrees and multiplies the saturation, both of HSV; the greatest channel of a pixel stays as it is. */
export const hueSaturation = augmentation({
  summary: 'other hues, stronger or weaker colours',
  options: {
    hue: number({ default: [-20, 20], min: -360, max: 360, neutral: 0 }),
    saturation: number({ default: [0.7, 1.3], min: 0, max: 100, neutral: 1 }),
  },
  groups: [['hue', 'saturation']],
  needs: 'rgb',
  apply: ({ studio, image, params: { hue, saturation } }) => {
    const { ptr, width, height, channels } = image;
    // In sixths of a turn, 0 ≤ shift < 6.
    const shift = hue / 60 - 6 * Math.floor(hue / 360);
    studio.call.shiftHue(ptr, width * height, channels, isFloat(image), shift, saturation);
    return image;
  },
  samples: [{ hue: 40 }, { saturation: 1.5 }, { hue: -170, saturation: 0.4 }],
});

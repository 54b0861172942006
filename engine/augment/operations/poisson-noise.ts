import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';
import { isFloat } from '../resampling.ts';

/**
 * The noise of counted light: a value v becomes scale times a Poisson number of mean v/scale, so its mean stays v and its
 * variance is v·scale. Levels of 0 and below, and a scale of 0, change nothing.
 */
export const poissonNoise = augmentation({
  summary: 'noise of counted light: variance is level times scale',
  options: { scale: number({ default: [0, 3], min: 0, max: 255, neutral: 0 }) },
  draws: true,
  apply: ({ studio, image, params: { scale }, key }) => {
    const { ptr, width, height, channels } = image;
    if (scale > 0) studio.call.poissonNoise(ptr, width * height * channels, isFloat(image), scale, ...key);
    return image;
  },
  samples: [{ scale: 1.5 }, { scale: 20 }, { scale: 0.01 }],
});

import { augmentation } from '../augmentation.ts';
import { flag, number } from '../options.ts';
import { isFloat } from '../resampling.ts';

/** Adds normal noise to every value, or the same to all channels of a pixel. */
export const gaussianNoise = augmentation({
  summary: 'adds normal noise, std in levels',
  options: { std: number({ default: [0, 15], min: 0, max: 255, neutral: 0 }), perChannel: flag(true) },
  draws: true,
  apply: ({ studio, image, params: { std, perChannel }, key }) => {
    const { ptr, width, height, channels } = image;
    studio.call.gaussianNoise(ptr, width * height, channels, isFloat(image), std, perChannel ? 1 : 0, ...key);
    return image;
  },
  samples: [{ std: 12.5 }, { std: 40, perChannel: false }, { std: 0 }],
});

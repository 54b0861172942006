import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';
import { isFloat } from '../resampling.ts';

/** Each pixel becomes, with probability `amount`, a gray of 255·Beta(½, ½): mostly near black or white. */
export const saltAndPepper = augmentation({
  summary: 'single pixels turn nearly black or white',
  options: { amount: number({ default: [0, 0.05], min: 0, max: 1, neutral: 0 }) },
  draws: true,
  apply: ({ studio, image, params: { amount }, key }) => {
    const { ptr, width, height, channels } = image;
    studio.call.saltAndPepper(ptr, width * height, channels, isFloat(image), amount, ...key);
    return image;
  },
  samples: [{ amount: 0.1 }, { amount: 1 }, { amount: 0 }],
});

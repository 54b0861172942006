import { augmentation } from '../augmentation.ts';
import { translation } from '../matrix.ts';
import { affineMotion, straight } from '../motion.ts';
import { length } from '../options.ts';

/** Moves down by a share of the height, or by pixels. */
export const translateY = augmentation({
  summary: 'moves down',
  options: { by: length({ default: [-0.15, 0.15], min: -1, max: 1, neutral: 0, side: 'height' }), ...straight },
  ...affineMotion(({ by }: { readonly by: number }) => translation(0, by)),
  samples: [{ by: -0.2 }, { by: { value: 9, unit: 'pixels' }, border: 'wrap' }],
});

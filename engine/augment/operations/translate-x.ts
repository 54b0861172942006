import { augmentation } from '../augmentation.ts';
import { translation } from '../matrix.ts';
import { affineMotion, straight } from '../motion.ts';
import { length } from '../options.ts';

/** Moves to the right by a share of the width, or by pixels. */
export const translateX = augmentation({
  summary: 'moves to the right',
  options: { by: length({ default: [-0.15, 0.15], min: -1, max: 1, neutral: 0, side: 'width' }), ...straight },
  ...affineMotion(({ by }: { readonly by: number }) => translation(by, 0)),
  samples: [{ by: 0.15 }, { by: { value: -13, unit: 'pixels' }, border: 'reflect' }],
});

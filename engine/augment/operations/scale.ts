import { augmentation } from '../augmentation.ts';
import { aboutCentre, scaling } from '../matrix.ts';
import { affineMotion, straight } from '../motion.ts';
import { number } from '../options.ts';

const factor = { min: 0.01, max: 100, neutral: 1 } as const;

/** Enlarges or shrinks about the centre, on the same canvas: one factor, or one each way. */
export const scale = augmentation({
  summary: 'enlarges or shrinks about the centre',
  options: {
    factor: number({ default: [0.8, 1.2], ...factor }),
    x: number({ default: 1, ...factor }),
    y: number({ default: 1, ...factor }),
    ...straight,
  },
  groups: [['factor', 'x', 'y']],
  alternatives: [
    ['factor', 'x'],
    ['factor', 'y'],
  ],
  ...affineMotion(
    (p: { readonly factor: number; readonly x: number; readonly y: number }, size) =>
      aboutCentre(scaling(p.factor * p.x, p.factor * p.y), size),
    ['factor'],
  ),
  samples: [{ factor: 1.2 }, { x: 0.6, border: 'symmetric' }, { x: 1.5, y: 0.7, interpolation: 'bicubic' }],
});

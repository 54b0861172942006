import { augmentation } from '../augmentation.ts';
import { aboutCentre, scaling } from '../matrix.ts';
import { affineMotion, straight } from '../motion.ts';
import { number } from '../options.ts';

const factor = { min: 0.01, max: 100, neutral: 1 } as const;

interface Params {
  readonly factor: number | undefined;
  readonly x: number;
  readonly y: number;
}

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
    ({ factor, x, y }: Params, size) => aboutCentre(scaling((factor ?? 1) * x, (factor ?? 1) * y), size),
    ({ factor, x, y }) => ({ factor: undefined, x: (factor ?? 1) * x, y: (factor ?? 1) * y }),
  ),
  samples: [{ factor: 1.2 }, { x: 0.6, border: 'symmetric' }, { x: 1.5, y: 0.7, interpolation: 'bicubic' }],
});

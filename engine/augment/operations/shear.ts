import { augmentation } from '../augmentation.ts';
import { aboutCentre, shearing } from '../matrix.ts';
import { affineMotion, straight } from '../motion.ts';
import { number } from '../options.ts';

const angle = number({ default: [-16, 16], min: -89, max: 89, neutral: 0 });

/** Slants about the centre: x' = x − tan(x)·y, y' = y + tan(y)·x, of angles in degrees. */
export const shear = augmentation({
  summary: 'slants about the centre',
  options: { x: angle, y: angle, ...straight },
  groups: [['x', 'y']],
  ...affineMotion(({ x, y }: { readonly x: number; readonly y: number }, size) => aboutCentre(shearing(x, y), size)),
  samples: [{ x: 16 }, { y: -20, border: 'edge' }, { x: 30, interpolation: 'nearest' }],
});

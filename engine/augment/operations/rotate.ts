import { augmentation } from '../augmentation.ts';
import { aboutCentre, rotation } from '../matrix.ts';
import { affineMotion, canvas } from '../motion.ts';
import { number } from '../options.ts';

/** Turns the picture about its centre: degrees, clockwise on the screen. */
export const rotate = augmentation({
  summary: 'turns about the centre, clockwise',
  options: { angle: number({ default: [-30, 30], min: -360, max: 360, neutral: 0 }), ...canvas },
  ...affineMotion(({ angle }: { readonly angle: number }, size) => aboutCentre(rotation(angle), size)),
  samples: [
    { angle: 25 },
    { angle: -40, border: 'reflect' },
    { angle: 33, interpolation: 'nearest', fit: true },
    { angle: 10, interpolation: 'bicubic', border: 'edge' },
  ],
});

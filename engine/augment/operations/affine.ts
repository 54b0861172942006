import { augmentation } from '../augmentation.ts';
import { aboutCentre, multiply, rotation, scaling, shearing, translation } from '../matrix.ts';
import { affineMotion, canvas } from '../motion.ts';
import { length, number } from '../options.ts';

const angle = number({ default: [-16, 16], min: -89, max: 89, neutral: 0 });
const factor = { min: 0.01, max: 100, neutral: 1 } as const;
const shift = { default: [-0.15, 0.15], min: -1, max: 1, neutral: 0 } as const;

interface Params {
  readonly rotate: number;
  readonly scale: number | undefined;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly shearX: number;
  readonly shearY: number;
  readonly translateX: number;
  readonly translateY: number;
}

/** Rotates, scales, slants and moves, in this order, about the centre, in one resampling. */
export const affine = augmentation({
  summary: 'rotates, scales, slants and moves at once',
  options: {
    rotate: number({ default: [-30, 30], min: -360, max: 360, neutral: 0 }),
    scale: number({ default: [0.8, 1.2], ...factor }),
    scaleX: number({ default: 1, ...factor }),
    scaleY: number({ default: 1, ...factor }),
    shearX: angle,
    shearY: angle,
    translateX: length({ ...shift, side: 'width' }),
    translateY: length({ ...shift, side: 'height' }),
    ...canvas,
  },
  groups: [['rotate', 'scale', 'scaleX', 'scaleY', 'shearX', 'shearY', 'translateX', 'translateY']],
  alternatives: [
    ['scale', 'scaleX'],
    ['scale', 'scaleY'],
  ],
  ...affineMotion(
    (p: Params, size) => {
      const turned = multiply(scaling((p.scale ?? 1) * p.scaleX, (p.scale ?? 1) * p.scaleY), rotation(p.rotate));
      const map = aboutCentre(multiply(shearing(p.shearX, p.shearY), turned), size);
      return multiply(translation(p.translateX, p.translateY), map);
    },
    ({ scale, scaleX, scaleY }) => ({ scale: undefined, scaleX: (scale ?? 1) * scaleX, scaleY: (scale ?? 1) * scaleY }),
  ),
  samples: [
    { rotate: 20, scaleX: 1.3, scaleY: 0.8, shearX: 10, translateX: { value: 7, unit: 'pixels' } },
    { rotate: 45, fit: true, border: 'reflect' },
  ],
});

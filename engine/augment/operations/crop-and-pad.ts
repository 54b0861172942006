import { augmentation } from '../augmentation.ts';
import { flag, length, type Side } from '../options.ts';
import { outside } from '../resampling.ts';
import { changeSides, sidesMotion, wholeSides } from '../sides.ts';

const side = (of: Side) => length({ default: [-0.1, 0.1], min: -1, max: 4, neutral: 0, side: of });

/** Adds pixels at each side where positive, takes away where negative; at least one is left. */
export const cropAndPad = augmentation({
  summary: 'adds pixels at the sides or takes some away',
  options: {
    top: side('height'),
    right: side('width'),
    bottom: side('height'),
    left: side('width'),
    keepSize: flag(false),
    ...outside('constant'),
  },
  groups: [['top', 'right', 'bottom', 'left']],
  settle: (params, _random, size) => ({ ...params, ...wholeSides(params, size) }),
  matrix: sidesMotion,
  apply: (work) => changeSides(work, work.params, work.params.border, work.params.fill),
  samples: [
    { top: 0.2, right: -0.1, bottom: { value: 5, unit: 'pixels' }, left: -0.3, fill: 77 },
    { top: 2, left: { value: 9, unit: 'pixels' }, bottom: -0.4, border: 'reflect' },
    { right: 0.7, top: -1, bottom: -1, border: 'symmetric' },
    { left: 1.5, bottom: 0.2, right: -0.2, border: 'wrap' },
    { left: 0.1, right: 0.1, top: -0.2, border: 'edge', keepSize: true },
    {},
  ],
});

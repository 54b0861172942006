import { exp } from '../../elementary.ts';
import { augmentation } from '../augmentation.ts';
import { number, type Option } from '../options.ts';
import type { LevelMap } from '../tables.ts';

const linear: Option<number | undefined> = number({ default: [0.8, 1.2], min: 0, max: 100 });
const sigmoid: Option<number | undefined> = {
  ...number({ default: 5, min: 0, max: 100 }),
  fallback: () => undefined,
  defaultText: '–',
};

/** Away from the centre or towards it: (v − center)·linear + center, or 255 / (1 + e^(sigmoid·(center − v)/255)). */
export const contrast = augmentation({
  summary: 'more or less contrast, along a line or an S',
  options: { linear, sigmoid, center: number({ default: 127, min: 0, max: 255 }) },
  groups: [['linear', 'sigmoid']],
  alternatives: [['linear', 'sigmoid']],
  table: ({ linear = 1, sigmoid: gain, center }): LevelMap => {
    if (gain === undefined) return { multiply: linear, add: center - center * linear };
    return (level) => 255 / (1 + exp((gain * (center - level)) / 255));
  },
  samples: [{ linear: 1.5 }, { linear: 0.5, center: 100 }, { sigmoid: 6 }],
});

import { exp, log } from '../../elementary.ts';
import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';

/** ln(level / 255), so that a table costs an exponential a level; made when first asked for. */
let logarithms: Float64Array | undefined;

function logarithm(level: number): number {
  logarithms ??= Float64Array.from({ length: 256 }, (_, i) => log(i / 255));
  return level <= 255 && Number.isInteger(level) ? (logarithms[level] as number) : log(level / 255);
}

/** 255·(v/255)^gamma; levels below 0 count as 0. */
export const gamma = augmentation({
  summary: 'lighter or darker in the middle tones',
  options: { gamma: number({ default: [0.7, 1.7], min: 1e-6, max: 100, neutral: 1 }) },
  table:
    ({ gamma }) =>
    (level) =>
      level > 0 ? 255 * exp(gamma * logarithm(level)) : 0,
  samples: [{ gamma: 0.5 }, { gamma: 1.5 }],
});

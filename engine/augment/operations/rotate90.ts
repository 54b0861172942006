import { augmentation } from '../augmentation.ts';
import { copyAlong, quarterTurns } from '../exact.ts';
import { number } from '../options.ts';

/** Turns by quarters, clockwise, without resampling. */
export const rotate90 = augmentation({
  summary: 'turns by quarters, clockwise',
  options: { times: number({ default: { int: [0, 3] }, min: 0, max: 3, integer: true }) },
  matrix: ({ times }, size) => quarterTurns(times, size),
  apply: (work) => copyAlong(work, quarterTurns(work.params.times, work.image)),
  samples: [{ times: 1 }, { times: 2 }, { times: 3 }],
});

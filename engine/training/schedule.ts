/** Learning-rate schedules: the factor on the base rate, from 0 to 1, as a function of how far training is. */

/** cos(π·x) for x in 0…1 by a Taylor series around the nearest of 0, ½, 1: arithmetic only, the same bits everywhere. */
export function cosineOfHalfTurns(x: number): number {
  if (x > 0.5) return -cosineOfHalfTurns(1 - x);
  if (x > 0.25) return sineOfHalfTurns(0.5 - x);
  const square = (Math.PI * x) ** 2;
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 9; n++) {
    term *= -square / ((2 * n - 1) * (2 * n));
    sum += term;
  }
  return sum;
}

function sineOfHalfTurns(x: number): number {
  const angle = Math.PI * x;
  let term = angle;
  let sum = angle;
  for (let n = 1; n <= 9; n++) {
    term *= -(angle * angle) / (2 * n * (2 * n + 1));
    sum += term;
  }
  return sum;
}

/** Falls from 1 to 0 along half a cosine. */
const anneal = (progress: number): number => (1 + cosineOfHalfTurns(progress)) / 2;

/** Share of the steps in which one-cycle warms up, and the factor at which it starts (Smith and Topin, 2018). */
const WARM_UP = 0.3;
const WARM_UP_START = 1 / 25;

/** `progress` is the share of all steps that are done: 0 at the first, below 1 at the last. */
export const schedules = {
  constant: () => 1,
  /** A tenth after half of the training, a hundredth after three quarters. */
  step: (progress: number) => (progress < 0.5 ? 1 : progress < 0.75 ? 0.1 : 0.01),
  /** From the base rate to nothing (Loshchilov and Hutter, 2017, without restarts). */
  cosine: anneal,
  'one-cycle': (progress: number) =>
    progress < WARM_UP
      ? WARM_UP_START + (1 - WARM_UP_START) * (1 - anneal(progress / WARM_UP))
      : anneal((progress - WARM_UP) / (1 - WARM_UP)),
} satisfies Record<string, (progress: number) => number>;

export type ScheduleName = keyof typeof schedules;

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cosineOfHalfTurns, schedules } from '../../../engine/training/schedule.ts';

const progress = fc.double({ min: 0, max: 1, noNaN: true });

test('the cosine of our own is the cosine', () => {
  // Nine terms leave a remainder below (π/4)^20 / 20! ≈ 3e-21: what is left is rounding.
  fc.assert(
    fc.property(progress, (x) => {
      expect(Math.abs(cosineOfHalfTurns(x) - Math.cos(Math.PI * x))).toBeLessThan(1e-15);
    }),
  );
});

describe.each(Object.entries(schedules))('%s', (_, schedule) => {
  test('stays between 0 and 1', () => {
    fc.assert(
      fc.property(progress, (x) => {
        expect(schedule(x)).toBeGreaterThanOrEqual(0);
        expect(schedule(x)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test('cosine falls all the way, one-cycle rises first', () => {
  expect([0, 0.5, 1].map(schedules.cosine)).toEqual([1, 0.5, 0]);
  expect(schedules['one-cycle'](0)).toBeCloseTo(1 / 25, 12);
  expect(schedules['one-cycle'](0.3)).toBeCloseTo(1, 12);
  fc.assert(
    fc.property(progress, progress, (a, b) => {
      const [lo, hi] = a < b ? [a, b] : [b, a];
      expect(schedules.cosine(hi)).toBeLessThanOrEqual(schedules.cosine(lo) + 1e-15);
    }),
  );
});

test('step divides by ten after half and after three quarters', () => {
  expect([0, 0.49, 0.5, 0.74, 0.75, 0.99].map(schedules.step)).toEqual([1, 1, 0.1, 0.1, 0.01, 0.01]);
});

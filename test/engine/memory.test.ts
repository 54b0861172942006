import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALIGNMENT_BYTES, alignUp, type Lifetime, lifetimes, placeByLifetime } from '../../engine/memory.ts';
import { call, type Region } from '../../engine/region.ts';

const region = (name: string, bytes: number): Region => ({ name, bytes, role: 'activation' });

const spans = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 5000 }), first: fc.nat(30), length: fc.nat(10) }), {
  minLength: 1,
  maxLength: 40,
});

const toLifetimes = (drawn: readonly { bytes: number; first: number; length: number }[]): Lifetime[] =>
  drawn.map(({ bytes, first, length }, i) => ({ region: region(`r${i}`, bytes), first, last: first + length }));

describe('placing by lifetime', () => {
  test('regions that live at the same time share no byte', () => {
    fc.assert(
      fc.property(spans, (drawn) => {
        const lives = toLifetimes(drawn);
        const { offsets, bytes } = placeByLifetime(lives, 1024);
        for (const a of lives) {
          const start = offsets.get(a.region) as number;
          expect(start % ALIGNMENT_BYTES).toBe(0);
          expect(start).toBeGreaterThanOrEqual(1024);
          expect(start + a.region.bytes).toBeLessThanOrEqual(1024 + bytes);
          for (const b of lives) {
            if (a === b || a.first > b.last || b.first > a.last) continue;
            const other = offsets.get(b.region) as number;
            expect(start + a.region.bytes <= other || other + b.region.bytes <= start).toBe(true);
          }
        }
      }),
    );
  });

  test('needs at least what lives at once, and at most what all regions take together', () => {
    fc.assert(
      fc.property(spans, (drawn) => {
        const lives = toLifetimes(drawn);
        const { bytes } = placeByLifetime(lives, 0);
        const at = (time: number) =>
          lives.reduce(
            (sum, { region: r, first, last }) => (first <= time && time <= last ? sum + alignUp(r.bytes) : sum),
            0,
          );
        const peak = Math.max(...Array.from({ length: 41 }, (_, time) => at(time)));
        expect(bytes).toBeGreaterThanOrEqual(peak);
        expect(bytes).toBeLessThanOrEqual(lives.reduce((sum, { region: r }) => sum + alignUp(r.bytes), 0));
      }),
    );
  });

  test('a chain of equal layers needs two of them', () => {
    const values = Array.from({ length: 10 }, (_, i) => region(`v${i}`, 6400));
    const calls = values.slice(1).map((value, i) => call('copyBytes', value, values[i] as Region, 6400));
    const { bytes } = placeByLifetime(lifetimes(calls, new Set()), 0);
    expect(bytes).toBe(2 * 6400);
  });

  test('a pinned region lives all along', () => {
    const pinned = region('input', 64);
    const lives = lifetimes(
      [call('fillZero', region('a', 64), 64), call('fillZero', region('b', 64), 64)],
      new Set([pinned]),
    );
    expect(lives.find(({ region: r }) => r === pinned)).toMatchObject({ first: 0, last: 2 });
  });
});

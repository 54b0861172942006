import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  countClasses,
  stratifiedOrder,
  testFraction,
  testSplit,
  validationSplit,
} from '../../../../scripts/training/data-sets/split.ts';

const seeds = fc.maxSafeNat();
const classLists = fc.array(fc.nat(5), { maxLength: 200 });
const upTo = (length: number) => Array.from({ length }, (_, i) => i);
const sorted = (...lists: ArrayLike<number>[]) => lists.flatMap((list) => Array.from(list)).sort((a, b) => a - b);

describe('validationSplit', () => {
  test('gives every picture to exactly one side, a tenth of them to validation', () => {
    fc.assert(
      fc.property(fc.nat(300), seeds, fc.constantFrom(undefined, 0.25, 0.5), (length, seed, fraction) => {
        const { train, validation } = validationSplit({ length }, seed, fraction);
        expect(sorted(train, validation)).toEqual(upTo(length));
        const expected = length < 2 ? 0 : Math.max(1, Math.floor(length * (fraction ?? 0.1)));
        expect(validation.length).toBe(expected);
      }),
    );
  });

  test('depends on the seed, and on nothing else', () => {
    const split = (seed: number) => validationSplit({ length: 1000 }, seed).validation;
    expect(split(7)).toEqual(split(7));
    expect(split(7)).not.toEqual(split(8));
  });
});

describe('testSplit', () => {
  test('gives every picture to exactly one side, in ascending order', () => {
    fc.assert(
      fc.property(classLists, (classes) => {
        const { train, test } = testSplit(classes);
        expect(sorted(train, test)).toEqual(upTo(classes.length));
        for (const side of [train, test]) expect([...side]).toEqual(sorted(side));
      }),
    );
  });

  test('takes its fraction of every class within half a picture, at least one, never all', () => {
    fc.assert(
      fc.property(classLists, (classes) => {
        const cut = countClasses(Array.from(testSplit(classes).test, (index) => classes[index] as number));
        for (const [label, count] of countClasses(classes).entries()) {
          const taken = cut[label] ?? 0;
          if (count >= 2) expect(taken >= 1 && taken < count).toBe(true);
          if (count >= 3) expect(Math.abs(taken - count * testFraction)).toBeLessThanOrEqual(0.5);
          if (count < 2) expect(taken).toBe(0);
        }
      }),
    );
  });

  test('does not take the same places of every class', () => {
    const { test } = testSplit(upTo(100).map((i) => Math.floor(i / 50)));
    const places = [...test].map((index) => index % 50);
    expect(new Set(places).size).toBeGreaterThan(10);
  });
});

describe('stratifiedOrder', () => {
  test('is a permutation', () => {
    fc.assert(
      fc.property(classLists, seeds, (classes, seed) => {
        expect(sorted(stratifiedOrder(classes, seed))).toEqual(upTo(classes.length));
      }),
    );
  });

  test('every beginning has the proportions of the whole', () => {
    fc.assert(
      fc.property(classLists, seeds, fc.nat(200), (classes, seed, limit) => {
        const kept = Array.from(stratifiedOrder(classes, seed).subarray(0, limit), (index) => classes[index] as number);
        const counts = countClasses(classes);
        const present = counts.filter((count) => count > 0).length;
        for (const [label, count] of counts.entries()) {
          // All places below some t are taken: of each class t·count ± ½, so t is limit/length within present/(2·length);
          // pictures of equal place, at most one a class, are another picture each.
          const share = classes.length === 0 ? 0 : count / classes.length;
          const expected = Math.min(limit, classes.length) * share;
          const taken = kept.filter((one) => one === label).length;
          expect(Math.abs(taken - expected)).toBeLessThanOrEqual(0.5 + (share * present) / 2 + 1);
        }
      }),
    );
  });

  test('takes equal classes in turn', () => {
    const order = stratifiedOrder(
      upTo(120).map((i) => i % 4),
      3,
    );
    for (let round = 0; round < 30; round++) {
      expect(sorted(Array.from(order.subarray(4 * round, 4 * round + 4), (index) => index % 4))).toEqual([0, 1, 2, 3]);
    }
  });

  test('another seed keeps other pictures', () => {
    const classes = upTo(100).map((i) => i % 2);
    expect(sorted(stratifiedOrder(classes, 1).subarray(0, 20))).not.toEqual(
      sorted(stratifiedOrder(classes, 2).subarray(0, 20)),
    );
  });
});

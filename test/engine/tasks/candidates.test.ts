/** Candidates against the scores of everything: what is skipped could not have been one. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CandidateOptions, Candidates, logitBelow } from '../../../engine/tasks/candidates.ts';
import { activate, sigmoid } from '../../../engine/tasks/outputs.ts';

interface Found {
  readonly index: number;
  readonly score: number;
}

/** Scores of all values, then those that reach the least. */
function naive(values: Float32Array, { classes, activation, least, perClass, background }: CandidateOptions): Found[] {
  const scores = activate(values, classes, activation);
  const found = Array.from(scores, (score, index) => ({ index, score: score + 0 })).filter(
    ({ index, score }) => score >= least && index % classes !== background,
  );
  if (perClass) return found;
  const rows = Map.groupBy(found, ({ index }) => Math.floor(index / classes));
  return [...rows.values()].map((row) => row.reduce((best, other) => (other.score > best.score ? other : best)));
}

function gathered(values: Float32Array, options: CandidateOptions): Found[] {
  const candidates = new Candidates(options);
  const { classes } = options;
  for (let box = 0; box < values.length / classes; box++) candidates.offer(box, values, box * classes);
  return Array.from({ length: candidates.count }, (_, i) => ({
    index: candidates.indices[i]!,
    score: candidates.scores[i]!,
  }));
}

/** Ordinary logits, far ones, and those that are no numbers. */
const logit = fc.oneof(
  { weight: 6, arbitrary: fc.float({ min: -12, max: 12, noNaN: true }) },
  fc.float({ min: -800, max: 800, noNaN: true }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0),
);
const threshold = fc.oneof(
  fc.constantFrom(0, 1e-300, 1e-8, 0.5, 1 - 1e-6, 1 - 2 ** -53, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

test.each(['sigmoid', 'softmax', 'given'] as const)('%s agrees with activating all, to the bit', (activation) => {
  const problem = fc.record({ classes: fc.integer({ min: 1, max: 5 }), rows: fc.nat(6) }).chain(({ classes, rows }) =>
    fc.record({
      values: fc
        .array(logit, { minLength: rows * classes, maxLength: rows * classes })
        .map((all) => Float32Array.from(all)),
      options: fc.record({
        classes: fc.constant(classes),
        activation: fc.constant(activation),
        least: threshold,
        perClass: fc.boolean(),
        background: fc.option(fc.nat(classes - 1), { nil: undefined }),
      }),
    }),
  );
  fc.assert(
    fc.property(problem, ({ values, options }) => {
      expect(gathered(values, options)).toEqual(naive(values, options));
    }),
    { numRuns: 500 },
  );
});

describe('the logit below which nothing reaches a score', () => {
  test('is right at and around itself', () => {
    fc.assert(
      fc.property(threshold, fc.double({ min: 0, max: 2, noNaN: true }), (least, below) => {
        const cut = logitBelow(least);
        if (least > 0) expect(sigmoid(cut - below)).toBeLessThan(least);
        else expect(cut).toBe(Number.NEGATIVE_INFINITY);
      }),
      { numRuns: 500 },
    );
  });

  test('leaves little to be computed for nothing', () => {
    // σ two hundredths higher is another 2 % of σ(1 − σ) higher at most: the cut is that close.
    for (const least of [0.001, 0.1, 0.5, 0.9]) expect(sigmoid(logitBelow(least) + 0.02)).toBeGreaterThan(least);
  });
});

test('classes may lie apart, and be weighted', () => {
  const candidates = new Candidates({ classes: 2, activation: 'given', least: 0.25, perClass: true });
  candidates.offer(3, Float32Array.of(9, 0.5, 9, 1, 9), 1, 2, 0.5);
  expect([candidates.count, ...candidates.indices.subarray(0, 2)]).toEqual([2, 6, 7]);
  expect([...candidates.scores.subarray(0, 2)]).toEqual([0.25, 0.5]);
});

/** Softmax with cross-entropy: the loss, its gradient, and that large logits do no harm. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trainingBuilds } from '../suites/node-kernels.ts';
import { U } from '../suites/rounding.ts';
import { LayerRunner } from '../suites/run-layer.ts';
import { STEP } from '../suites/slope.ts';

/** Σ targets·(ln Σ e^(x − max) − (x − max)) of one row. */
function exactLoss(logits: readonly number[], targets: readonly number[]): number {
  const largest = Math.max(...logits);
  const logOfSum = Math.log(logits.reduce((sum, x) => sum + Math.exp(x - largest), 0));
  return logits.reduce((sum, x, i) => sum + (targets[i] as number) * (logOfSum - (x - largest)), 0);
}

describe.each(trainingBuilds)('softmaxCrossEntropy, $label', ({ source }) => {
  const runner = new LayerRunner(source);

  function run(logits: readonly number[], targets: readonly number[], rows: number, scale = 1) {
    const gradient = new Float32Array(logits.length);
    const losses = new Float32Array(rows);
    const [x, t] = [Float32Array.from(logits), Float32Array.from(targets)];
    runner.call('softmaxCrossEntropy', x, t, gradient, losses, rows, logits.length / rows, scale);
    return { gradient, losses };
  }

  test('one of two equal classes: ln 2, and half a step towards the right one', () => {
    const { gradient, losses } = run([3, 3], [1, 0], 1);
    expect(losses[0]).toBeCloseTo(Math.LN2, 7);
    expect([...gradient]).toEqual([-0.5, 0.5]);
  });

  test('scale goes to the gradient alone', () => {
    const { gradient, losses } = run([3, 3], [1, 0], 1, 0.25);
    expect(losses[0]).toBeCloseTo(Math.LN2, 7);
    expect([...gradient]).toEqual([-0.125, 0.125]);
  });

  test('logits of a thousand neither overflow nor vanish', () => {
    const { gradient, losses } = run([1000, -1000, 0, 1000], [0, 1, 0, 0], 1);
    expect(losses[0]).toBeCloseTo(2000 + Math.LN2, 3);
    expect([...gradient]).toEqual([0.5, -1, 0, 0.5]);
  });

  test('a NaN among the logits makes the loss NaN', () => {
    expect(run([0, Number.NaN, 1], [1, 0, 0], 1).losses[0]).toBeNaN();
  });

  const value = fc.integer({ min: -40, max: 40 }).map((i) => i / 8);
  const weight = fc.integer({ min: 0, max: 8 }).map((i) => i / 8);
  const problem = fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 13 }))
    .chain(([rows, classes]) =>
      fc.tuple(
        fc.array(fc.array(value, { minLength: classes, maxLength: classes }), { minLength: rows, maxLength: rows }),
        fc.array(fc.array(weight, { minLength: classes, maxLength: classes }), { minLength: rows, maxLength: rows }),
      ),
    );

  test('loss and slope, for soft targets that need not sum to 1', () => {
    fc.assert(
      fc.property(problem, ([logits, targets]) => {
        const { gradient, losses } = run(logits.flat(), targets.flat(), logits.length);
        logits.forEach((row, r) => {
          const wanted = targets[r] as readonly number[];
          const total = wanted.reduce((sum, t) => sum + t, 0);
          const spread = Math.max(...row) - Math.min(...row);
          const classes = row.length;
          // Differences x − max are exact here (multiples of 1/8); a logarithm's error is that of its argument, 4 U of
          // exp and n U of the sum, and 2 ulp of its own; then n products and sums.
          const loss = exactLoss(row, wanted);
          const logError = (4 + classes + 4 * Math.log(classes)) * U;
          expect(Math.abs((losses[r] as number) - loss)).toBeLessThanOrEqual(
            total * logError + (classes + 2) * U * total * (spread + Math.log(classes)),
          );
          row.forEach((_, i) => {
            const at = (steps: number) => exactLoss(row.with(i, (row[i] as number) + steps * STEP), wanted);
            const slope = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * STEP);
            // A probability is off by 8 U of exp twice and n U of the sum; target and difference are rounded once.
            const bound = (12 + classes) * U * total + 2 * U + STEP ** 4 * total;
            expect(Math.abs((gradient[r * classes + i] as number) - slope)).toBeLessThanOrEqual(bound);
          });
        });
      }),
      { numRuns: 60 },
    );
  });
});

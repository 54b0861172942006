/** Smooth L1, the loss of boxes: against the formula as the paper has it, and its gradient against the slope. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trainingBuilds } from '../suites/node-kernels.ts';
import { U } from '../suites/rounding.ts';
import { LayerRunner } from '../suites/run-layer.ts';
import { STEP } from '../suites/slope.ts';

/** weight · Σ h(y − t) of one row. */
function exactLoss(y: readonly number[], t: readonly number[], beta: number, weight: number): number {
  const h = (d: number) => (Math.abs(d) < beta ? d ** 2 / (2 * beta) : Math.abs(d) - beta / 2);
  return weight * y.reduce((sum, value, i) => sum + h(value - t[i]!), 0);
}

describe.each(trainingBuilds)('smoothL1, $label', ({ source }) => {
  const runner = new LayerRunner(source);

  function run(y: readonly number[], t: readonly number[], rows: number, beta = 1, weight = 1, scale = 1) {
    const gradient = new Float32Array(y.length);
    const losses = new Float32Array(rows);
    const [given, targets] = [Float32Array.from(y), Float32Array.from(t)];
    runner.call('smoothL1', given, targets, gradient, losses, rows, y.length / rows, beta, weight, scale);
    return { gradient: [...gradient], losses: [...losses] };
  }

  test('a parabola near the target, a line far from it', () => {
    expect(run([0, 0.5, 1, 3, -3], [0, 0, 0, 0, 0], 1)).toEqual({
      gradient: [0, 0.5, 1, 1, -1],
      losses: [0.125 + 0.5 + 2.5 + 2.5],
    });
  });

  test('a weight goes to loss and gradient, the scale to the gradient alone', () => {
    expect(run([2, 0, 0, 1], [0, 0, 0, 0], 2, 1, 4, 0.25)).toEqual({ gradient: [1, 0, 0, 1], losses: [6, 2] });
  });

  test('a NaN among the outputs makes the loss NaN, in its row', () => {
    expect(run([Number.NaN, 0, 0, 2], [0, 0, 0, 0], 2).losses).toEqual([Number.NaN, 1.5]);
  });

  // Differences are exact multiples of 1/8, and never as near as two steps to the β of 3/16, where parabola meets line.
  const BETA = 3 / 16;
  const value = fc.integer({ min: -40, max: 40 }).map((i) => i / 8);
  const problem = fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 6 }))
    .chain(([rows, values]) =>
      fc.tuple(
        fc.array(fc.array(value, { minLength: values, maxLength: values }), { minLength: rows, maxLength: rows }),
        fc.array(fc.array(value, { minLength: values, maxLength: values }), { minLength: rows, maxLength: rows }),
      ),
    );

  test('loss and slope', () => {
    fc.assert(
      fc.property(problem, fc.constantFrom(1, 5), ([ys, ts], weight) => {
        const { gradient, losses } = run(ys.flat(), ts.flat(), ys.length, BETA, weight);
        ys.forEach((row, r) => {
          const wanted = ts[r]!;
          const loss = exactLoss(row, wanted, BETA, weight);
          // A quotient, up to six sums of what is not negative and a product, each rounded once.
          expect(Math.abs(losses[r]! - loss)).toBeLessThanOrEqual((row.length + 2) * U * loss);
          row.forEach((_, i) => {
            const at = (steps: number) => exactLoss(row.with(i, row[i]! + steps * STEP), wanted, BETA, weight);
            const slope = (at(1) - at(-1)) / (2 * STEP);
            // Central differences are exact on lines and parabolas; f64 rounds two losses of at most 60·5 by 2⁻⁵³ each.
            const bound = 2 * U * weight + (6 * 300 * 2 ** -52) / STEP;
            expect(Math.abs(gradient[r * row.length + i]! - slope)).toBeLessThanOrEqual(bound);
          });
        });
      }),
      { numRuns: 60 },
    );
  });
});

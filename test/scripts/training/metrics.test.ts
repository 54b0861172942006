import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accuracy,
  confusionMatrix,
  crossEntropy,
  evaluation,
  perClass,
  topClasses,
  topKAccuracy,
  worstMistakes,
} from '../../../scripts/training/metrics.ts';

/** Answers of any number of pictures; few distinct values, so that ties are common. */
const answers = fc.integer({ min: 2, max: 6 }).chain((classes) =>
  fc.record({
    classes: fc.constant(classes),
    rows: fc.array(
      fc.record({
        actual: fc.nat(classes - 1),
        scores: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: classes, maxLength: classes }),
      }),
      { maxLength: 30 },
    ),
  }),
);

type Answers = typeof answers extends fc.Arbitrary<infer T> ? T : never;

const unpack = ({ classes, rows }: Answers) => ({
  classes,
  actual: rows.map((row) => row.actual),
  probabilities: rows.flatMap((row) => row.scores.map((score) => score / 5)),
});

describe("scikit-learn's examples", () => {
  test('classification_report', () => {
    const matrix = confusionMatrix([0, 1, 2, 2, 2], [0, 0, 2, 2, 1], 3);
    expect(accuracy(matrix)).toBe(0.6);
    expect(perClass(matrix)).toEqual([
      { precision: 1 / 2, recall: 1, f1: 2 / 3, support: 1 },
      { precision: 0, recall: 0, f1: 0, support: 1 },
      { precision: 1, recall: 2 / 3, f1: 4 / 5, support: 3 },
    ]);
  });

  test('confusion_matrix', () => {
    expect(confusionMatrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2], 3)).toEqual([
      [2, 0, 0],
      [0, 0, 1],
      [1, 0, 2],
    ]);
  });

  test('top_k_accuracy_score', () => {
    const scores = [0.5, 0.2, 0.2, 0.3, 0.4, 0.2, 0.2, 0.4, 0.3, 0.7, 0.2, 0.1];
    expect(topKAccuracy(scores, [0, 1, 2, 2], 3, 2)).toBe(0.75);
  });

  test('log_loss', () => {
    const losses = crossEntropy([0.1, 0.9, 0.9, 0.1, 0.8, 0.2, 0.35, 0.65], [1, 0, 0, 1], 2);
    expect(losses.reduce((sum, loss) => sum + loss, 0) / 4).toBeCloseTo(0.21616, 5);
  });
});

describe('laws', () => {
  test('every picture is in one cell, rows are classes, and the diagonal is what is right', () => {
    fc.assert(
      fc.property(answers, (given) => {
        const { classes, actual, probabilities } = unpack(given);
        const { confusion, accuracy, perClass, images } = evaluation(probabilities, actual, classes);
        const predicted = topClasses(probabilities, classes);
        expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(images);
        for (const [label, row] of confusion.entries()) {
          const support = actual.filter((one) => one === label).length;
          expect(row.reduce((sum, count) => sum + count, 0)).toBe(support);
          expect(perClass[label]?.support).toBe(support);
        }
        const right = actual.filter((label, i) => label === predicted[i]).length;
        expect(accuracy).toBe(images === 0 ? 0 : right / images);
      }),
    );
  });

  test('F1 is the harmonic mean of precision and recall', () => {
    fc.assert(
      fc.property(answers, (given) => {
        const { classes, actual, probabilities } = unpack(given);
        for (const { precision, recall, f1 } of evaluation(probabilities, actual, classes).perClass) {
          const expected = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
          expect(Math.abs(f1 - expected)).toBeLessThanOrEqual(8 * Number.EPSILON); // some roundings of numbers ≤ 1
        }
      }),
    );
  });

  test('top-1 is accuracy, top-k grows with k, and top-all is everything', () => {
    fc.assert(
      fc.property(answers, (given) => {
        const { classes, actual, probabilities } = unpack(given);
        const byK = Array.from({ length: classes }, (_, i) => topKAccuracy(probabilities, actual, classes, i + 1));
        expect(byK[0]).toBe(evaluation(probabilities, actual, classes).accuracy);
        for (let k = 1; k < classes; k++) expect(byK[k]).toBeGreaterThanOrEqual(byK[k - 1] as number);
        expect(byK.at(-1)).toBe(actual.length === 0 ? 0 : 1);
      }),
    );
  });

  test('the order of the pictures does not matter', () => {
    fc.assert(
      fc.property(answers, (given) => {
        const one = unpack(given);
        const other = unpack({ ...given, rows: [...given.rows].reverse() });
        const a = evaluation(one.probabilities, one.actual, one.classes);
        const b = evaluation(other.probabilities, other.actual, other.classes);
        expect(b.confusion).toEqual(a.confusion);
        expect(b.perClass).toEqual(a.perClass);
        expect(b.topK).toEqual(a.topK);
        // −ln 2^−149 is 104: sums of up to 30 of them, added in another order
        expect(Math.abs(b.loss - a.loss)).toBeLessThanOrEqual(30 * 104 * Number.EPSILON);
      }),
    );
  });

  test('the worst mistakes are wrong, sorted, and no worse one was left out', () => {
    fc.assert(
      fc.property(answers, fc.nat(10), (given, count) => {
        const { classes, actual, probabilities } = unpack(given);
        const { worst } = evaluation(probabilities, actual, classes, { worst: count });
        const losses = crossEntropy(probabilities, actual, classes);
        const predicted = topClasses(probabilities, classes);
        const wrong = actual.flatMap((label, index) => (label === predicted[index] ? [] : [index]));
        expect(worst.length).toBe(Math.min(count, wrong.length));
        for (const { index, loss, actual: label, predicted: said } of worst) {
          expect([label, said, loss]).toEqual([actual[index], predicted[index], losses[index]]);
          expect(said).not.toBe(label);
        }
        const kept = new Set(worst.map(({ index }) => index));
        const least = Math.min(...worst.map(({ loss }) => loss));
        for (const index of wrong) if (!kept.has(index)) expect(losses[index]).toBeLessThanOrEqual(least);
        expect(worst.map(({ loss }) => loss)).toEqual(worst.map(({ loss }) => loss).sort((a, b) => b - a));
      }),
    );
  });
});

test('ties go to the lower class and to the earlier picture', () => {
  expect([...topClasses([0.4, 0.4, 0.2, 0.2, 0.4, 0.4], 3)]).toEqual([0, 1]);
  expect(worstMistakes([2, 2, 3], [0, 0, 0], [1, 1, 1], 3).map(({ index }) => index)).toEqual([2, 0, 1]);
});

test('a probability of 0 is a large loss, not an infinite one, and certainty costs 0', () => {
  expect([...crossEntropy([0, 1, 0, 1], [0, 1], 2)]).toEqual(
    [149 * Math.LN2, 0].map((loss) => expect.closeTo(loss, 10)),
  );
});

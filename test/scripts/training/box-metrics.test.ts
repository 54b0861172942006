import { expect, test } from 'vitest';
import { boxMetrics } from '../../../scripts/training/box-metrics.ts';
import { boxLoss as boxLossOf } from '../../../scripts/training/goal.ts';
import { evaluation } from '../../../scripts/training/metrics.ts';

const size = { width: 64, height: 32 };

test('a thing is localized where the label is right and half of the union is shared', () => {
  const actual = [0, 0, 10, 10];
  // shares: 1, exactly ½, less than ½
  const predicted = [...actual, 0, 0, 5, 10, 0, 0, 4, 10];
  const boxes = { predicted, actual: [...actual, ...actual, ...actual], size };
  const all = boxMetrics(boxes, [1, 1, 1], [1, 1, 1]);
  expect(all.meanIou).toBeCloseTo((1 + 0.5 + 0.4) / 3, 12);
  expect(all.localizationAccuracy).toBe(2 / 3);
  expect(boxMetrics(boxes, [0, 1, 1], [1, 1, 1]).localizationAccuracy).toBe(1 / 3);
});

test('what reaches out of the picture is cut off as an answer cuts it, but not in the loss', () => {
  const boxes = { predicted: [-5, -5, 70, 40], actual: [0, 0, 64, 32], size };
  const { meanIou, boxLoss } = boxMetrics(boxes, [0], [0]);
  expect(meanIou).toBe(1);
  // The absolute differences as shares of the sides, less half a beta of 1/64 each.
  expect(boxLoss).toBeCloseTo(boxLossOf.weight * (5 / 64 + 5 / 32 + 6 / 64 + 8 / 32 - 4 / 128), 12);
});

test('a box that is no number is found nowhere', () => {
  const nan = Number.NaN;
  expect(boxMetrics({ predicted: [nan, nan, nan, nan], actual: [0, 0, 9, 9], size }, [0], [0]).meanIou).toBe(0);
});

test('the worst are wrong labels by loss, then boxes that were not found', () => {
  const predicted = [0, 0, 10, 10, 0, 0, 10, 10, 0, 0, 4, 10, 20, 20, 30, 30, 0, 0, 10, 10];
  const actual = Array.from({ length: 5 }, () => [0, 0, 10, 10]).flat();
  const probabilities = [0.9, 0.1, 0.6, 0.4, 0.1, 0.9, 0.2, 0.8, 0.4, 0.6];
  const options = { boxes: { predicted, actual, size } };
  const { worst, accuracy, localizationAccuracy } = evaluation(probabilities, [1, 1, 1, 1, 1], 2, options);
  expect([accuracy, localizationAccuracy]).toEqual([0.6, 0.2]);
  expect(worst.map(({ index }) => index)).toEqual([0, 1, 3, 2]);
  expect(worst[3]).toMatchObject({ actual: 1, predicted: 1, iou: 0.4, box: [0, 0, 4, 10], actualBox: [0, 0, 10, 10] });
  expect(evaluation(probabilities, [1, 1, 1, 1, 1], 2, { ...options, worst: 3 }).worst).toEqual(worst.slice(0, 3));
});

/** How well boxes were found: pure functions of predicted and true boxes [N,4], left, top, right, bottom in pixels. */
import { overlapAt } from '../../engine/tasks/boxes.ts';
import { boxLoss } from './goal.ts';
import type { Mistake } from './metrics.ts';

/** Of the union, what a box has to share with the true one to count as found (ImageNet's localisation task). */
export const FOUND = 0.5;

export interface BoxMetrics {
  /** Mean intersection over union of predicted and true box, whatever the label. */
  readonly meanIou: number;
  /** Part of the pictures with the right label and an IoU of at least ½. */
  readonly localizationAccuracy: number;
  /** Mean loss of the boxes, as training weighs it. */
  readonly boxLoss: number;
}

export interface Boxes {
  /** [N,4]; may reach out of the picture. */
  readonly predicted: ArrayLike<number>;
  readonly actual: ArrayLike<number>;
  readonly size: { readonly width: number; readonly height: number };
}

/** @param labels of each picture, predicted and true */
export function boxMetrics(
  boxes: Boxes,
  predicted: ArrayLike<number>,
  actual: ArrayLike<number>,
): BoxMetrics & { readonly ious: Float64Array } {
  const ious = Float64Array.from({ length: actual.length }, (_, i) =>
    overlapAt(inPicture(boxes, i), 0, boxes.actual, i),
  );
  let [sum, found, loss] = [0, 0, 0];
  ious.forEach((value, i) => {
    sum += value;
    if (predicted[i] === actual[i] && value >= FOUND) found++;
    loss += lossOf(boxes, i);
  });
  const count = Math.max(ious.length, 1);
  return { meanIou: sum / count, localizationAccuracy: found / count, boxLoss: loss / count, ious };
}

const row = (boxes: ArrayLike<number>, i: number): readonly number[] =>
  [0, 1, 2, 3].map((side) => boxes[4 * i + side] as number);

/** A predicted box as an answer has it: cut at the picture's border, what is no number is 0. */
function inPicture({ predicted, size: { width, height } }: Boxes, i: number): readonly number[] {
  return row(predicted, i).map((place, side) => {
    return Number.isNaN(place) ? 0 : Math.min(Math.max(place, 0), side % 2 === 0 ? width : height);
  });
}

function lossOf({ predicted, actual, size: { width, height } }: Boxes, i: number): number {
  const { weight, beta } = boxLoss;
  let sum = 0;
  for (let k = 4 * i; k < 4 * i + 4; k++) {
    const d = Math.abs(predicted[k]! - actual[k]!) / (k % 2 === 0 ? width : height);
    sum += d < beta ? (d * d) / (2 * beta) : d - beta / 2;
  }
  return weight * sum;
}

/**
 * Pictures with a wrong label, then those whose box was not found: at most `count`, the highest loss or the lowest IoU first.
 * @param wrong mistakes of the labels, sorted
 */
export function worstOfBoxes(
  wrong: readonly Mistake[],
  boxes: Boxes,
  ious: Float64Array,
  all: (index: number) => Mistake,
  count: number,
): Mistake[] {
  const isWrong = new Set(wrong.map(({ index }) => index));
  const missed = Array.from(ious.keys())
    .filter((index) => ious[index]! < FOUND && !isWrong.has(index))
    .sort((a, b) => ious[a]! - ious[b]! || a - b)
    .map(all);
  return [...wrong, ...missed].slice(0, count).map((mistake) => ({
    ...mistake,
    iou: ious[mistake.index]!,
    box: inPicture(boxes, mistake.index),
    actualBox: row(boxes.actual, mistake.index),
  }));
}

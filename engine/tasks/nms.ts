/**
 * Greedy non-maximum suppression: of boxes that overlap, the one of the highest score stays. What `detect` thins its
 * candidates with; arithmetic in f64.
 */
import * as v from 'valibot';

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

export const nmsSchema = v.strictObject({
  /** A box goes where it shares more than this of its union with a better one. */
  iou: v.optional(share, 0.5),
  /** Boxes below this score take no part. */
  score: v.optional(share, 0),
  /** Boxes that stay, at most. */
  max: v.optional(count, 100),
  /** Whether only boxes of one class compete. */
  perClass: v.optional(v.boolean(), true),
});

export type Nms = v.InferOutput<typeof nmsSchema>;

/** A box that stays: `box` counts boxes, `label` classes. */
export interface Survivor {
  readonly box: number;
  readonly label: number;
  readonly score: number;
}

/**
 * The boxes that stay, falling scores; ties go to the lower box, then to the lower class. A box may stay once a class; where
 * classes compete (`perClass` false), it stands for its best class alone.
 * @param boxes [N,4]: left, top, right, bottom; one that is turned inside out has no area and overlaps nothing
 * @param scores [N,classes]; NaN takes no part
 * @param background a class that is never answered
 */
export function suppress(
  boxes: ArrayLike<number>,
  scores: ArrayLike<number>,
  classes: number,
  { iou, score: least, max, perClass }: Nms,
  background?: number,
): Survivor[] {
  const candidates = perClass
    ? eachClass(scores, least, classes, background)
    : bestClass(scores, least, classes, background);
  // An index is box · classes + class, so lower indices are lower boxes, then lower classes.
  candidates.sort((a, b) => scores[b]! - scores[a]! || a - b);

  const kept: Survivor[] = [];
  /** Boxes that stay, of each class apart, or all under one key. */
  const rivals = new Map<number, number[]>();
  for (const index of candidates) {
    if (kept.length === max) break;
    const label = index % classes;
    const box = (index - label) / classes;
    const key = perClass ? label : 0;
    const better = rivals.get(key);
    if (better?.some((other) => overlap(boxes, other, box) > iou)) continue;
    if (better) better.push(box);
    else rivals.set(key, [box]);
    kept.push({ box, label, score: scores[index]! });
  }
  return kept;
}

function eachClass(
  scores: ArrayLike<number>,
  least: number,
  classes: number,
  background: number | undefined,
): number[] {
  const found: number[] = [];
  for (let index = 0; index < scores.length; index++) {
    if (scores[index]! >= least && index % classes !== background) found.push(index);
  }
  return found;
}

function bestClass(
  scores: ArrayLike<number>,
  least: number,
  classes: number,
  background: number | undefined,
): number[] {
  const found: number[] = [];
  for (let first = 0; first < scores.length; first += classes) {
    let best = -1;
    for (let index = first; index < first + classes; index++) {
      if (index - first === background || !(scores[index]! >= least)) continue;
      if (best < 0 || scores[index]! > scores[best]!) best = index;
    }
    if (best >= 0) found.push(best);
  }
  return found;
}

/** Intersection over union of boxes a and b; 0 where nothing is shared. */
function overlap(boxes: ArrayLike<number>, a: number, b: number): number {
  const [i, j] = [4 * a, 4 * b];
  const width = Math.min(boxes[i + 2]!, boxes[j + 2]!) - Math.max(boxes[i]!, boxes[j]!);
  const height = Math.min(boxes[i + 3]!, boxes[j + 3]!) - Math.max(boxes[i + 1]!, boxes[j + 1]!);
  if (!(width > 0 && height > 0)) return 0;
  const shared = width * height;
  return shared / (area(boxes, i) + area(boxes, j) - shared);
}

const area = (boxes: ArrayLike<number>, i: number): number =>
  (boxes[i + 2]! - boxes[i]!) * (boxes[i + 3]! - boxes[i + 1]!);

/**
 * Greedy non-maximum suppression: of boxes that overlap, the one of the highest score stays. What `detect` thins its
 * candidates with; arithmetic in f64.
 */
import * as v from 'valibot';
import type { Candidates } from './candidates.ts';

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

/** Candidates that are put in order at first; ever more where that is not enough. */
const FIRST = 512;

/**
 * The boxes that stay, falling scores; ties go to the lower box, then to the lower class. A box may stay once a class; where
 * classes compete (`perClass` false), it stands for its best class alone.
 * @param boxes [N,4]: left, top, right, bottom; one that is turned inside out has no area and overlaps nothing
 * @param candidates made with the same `score` and `perClass`, in the order of boxes
 */
export function suppress(
  boxes: ArrayLike<number>,
  { count: all, indices, scores, classes }: Pick<Candidates, 'count' | 'indices' | 'scores' | 'classes'>,
  { iou, max, perClass }: Pick<Nms, 'iou' | 'max' | 'perClass'>,
): Survivor[] {
  const kept: Survivor[] = [];
  /** Boxes that stay, of each class apart, or all under one key. */
  const rivals = new Map<number, number[]>();
  const rivalsOf = (at: number) => rivals.get(perClass ? indices[at]! % classes : 0);
  const boxOf = (at: number) => Math.floor(indices[at]! / classes);
  const isBeaten = (at: number): boolean => {
    const better = rivalsOf(at);
    if (!better) return false;
    const box = boxOf(at);
    return better.some((other) => overlap(boxes, other, box) > iou);
  };

  // Only the first few matter mostly: the others are put in order when it comes to them, less those that are beaten by then.
  let left = Int32Array.from({ length: all }, (_, at) => at);
  for (let size = Math.max(FIRST, 4 * max); ; size *= 2) {
    const [best, others] = split(left, scores, size);
    // Lower places are lower boxes, then lower classes.
    for (const at of best.sort((a, b) => scores[b]! - scores[a]! || a - b)) {
      if (kept.length === max) return kept;
      if (isBeaten(at)) continue;
      const box = boxOf(at);
      const label = indices[at]! % classes;
      const better = rivalsOf(at);
      if (better) better.push(box);
      else rivals.set(perClass ? label : 0, [box]);
      kept.push({ box, label, score: scores[at]! });
    }
    if (others.length === 0) return kept;
    left = others.filter((at) => !isBeaten(at));
  }
}

/** Candidates of the `size` highest scores (more where scores are close), and the rest, whose scores are all lower. */
function split(
  left: Int32Array<ArrayBuffer>,
  scores: Float64Array,
  size: number,
): [Int32Array, Int32Array<ArrayBuffer>] {
  if (left.length <= 2 * size) return [left, new Int32Array(0)];
  // Of numbers that are not negative, the bits of a float are in the order of the numbers; + 0 makes 0 of −0.
  const rounded = new Float32Array(left.length);
  for (let i = 0; i < left.length; i++) rounded[i] = scores[left[i]!]! + 0;
  const bits = new Uint32Array(rounded.buffer);
  const cut = cutFor(bits, size);
  const [best, rest] = [new Int32Array(left.length), new Int32Array(left.length)];
  let [high, low] = [0, 0];
  for (let i = 0; i < left.length; i++) {
    if (bits[i]! >= cut) best[high++] = left[i]!;
    else rest[low++] = left[i]!;
  }
  return [best.subarray(0, high), rest.subarray(0, low)];
}

/** The largest number that at least `size` of more than `size` numbers reach, by counting upper halves, then lower ones. */
function cutFor(bits: Uint32Array, size: number): number {
  const upper = new Int32Array(0x10000);
  for (let i = 0; i < bits.length; i++) upper[bits[i]! >>> 16]!++;
  const [bucket, above] = reach(upper, size);
  const lower = new Int32Array(0x10000);
  for (let i = 0; i < bits.length; i++) if (bits[i]! >>> 16 === bucket) lower[bits[i]! & 0xffff]!++;
  return bucket * 0x10000 + reach(lower, size - above)[0];
}

/** The bucket, from the top, in which the count comes to `size`, and the count above it. */
function reach(counts: Int32Array, size: number): [bucket: number, above: number] {
  let [bucket, above] = [counts.length - 1, 0];
  while (above + counts[bucket]! < size) above += counts[bucket--]!;
  return [bucket, above];
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

/**
 * Greedy non-maximum suppression: of boxes that overlap, the one of the highest score stays. What `detect` thins its
 * candidates with; arithmetic in f64.
 */
import * as v from 'valibot';
import { overlapAt } from './boxes.ts';
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
    return better.some((other) => overlapAt(boxes, other, boxes, box) > iou);
  };

  // Only the best few matter mostly. The others wait, and those that are beaten by then never get in line.
  let left = new Int32Array(all);
  for (let at = 0; at < all; at++) left[at] = at;
  let rounded = new Float32Array(scores.subarray(0, all));
  for (let size = Math.max(FIRST, 4 * max); ; size *= 2) {
    // Of numbers that are not negative, the bits are in the order of the numbers.
    const bits = new Uint32Array(rounded.buffer);
    const cut = cutFor(bits, size);
    // Lower places are lower boxes, then lower classes.
    for (const at of reaching(left, bits, cut).sort((a, b) => scores[b]! - scores[a]! || a - b)) {
      if (kept.length === max) return kept;
      if (isBeaten(at)) continue;
      const box = boxOf(at);
      const label = indices[at]! % classes;
      const better = rivalsOf(at);
      if (better) better.push(box);
      else rivals.set(perClass ? label : 0, [box]);
      kept.push({ box, label, score: scores[at]! });
    }
    if (cut === 0 || kept.length === max) return kept;
    left = left.filter((at, i) => bits[i]! < cut && !isBeaten(at));
    rounded = Float32Array.from(left, (at) => scores[at]!);
  }
}

/** Of `left`, what has the cut's bits or higher ones: a loop, ten times as fast as a filter. */
function reaching(left: Int32Array, bits: Uint32Array, cut: number): Int32Array {
  const found = new Int32Array(left.length);
  let count = 0;
  for (let i = 0; i < left.length; i++) if (bits[i]! >= cut) found[count++] = left[i]!;
  return found.subarray(0, count);
}

/**
 * The largest number that at least `size` of the numbers reach, or one a little smaller; 0, that all reach, where there are
 * hardly more than `size`. By counting upper halves, then lower ones.
 */
function cutFor(bits: Uint32Array, size: number): number {
  if (bits.length <= 2 * size) return 0;
  const upper = new Int32Array(0x8000);
  for (let i = 0; i < bits.length; i++) upper[bits[i]! >>> 16]!++;
  const [bucket, above] = reach(upper, size);
  if (upper[bucket]! <= size) return bucket * 0x10000;
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

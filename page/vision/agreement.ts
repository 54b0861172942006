/** Whether two answers about one picture say the same: what was found here, and what the worker found. */
import { overlapAt } from '../../engine/tasks/boxes.ts';
import type { Finding, Findings, Mask, Place } from './findings.ts';

/**
 * Shares of what two places or masks have in common that count as the same. Browsers and the worker decode JPEG with other
 * rounding, and large pictures are scaled down here first, so a border may move by a pixel of the network.
 */
export const SAME_OVERLAP = 0.9;

/** Least cosine of two embeddings that count as the same. */
const SAME_COSINE = 0.99;

const sidesOf = ({ left, top, right, bottom }: Place): readonly number[] => [left, top, right, bottom];

/** Shared area over joint area; 0 for two empty places. */
export const overlapOfPlaces = (a: Place, b: Place): number => overlapAt(sidesOf(a), 0, sidesOf(b), 0);

/** The same for masks, which may have other sizes: each is looked at where the first one has its pixels' middles. */
export function overlapOfMasks(a: Mask, b: Mask): number {
  const columns = Int32Array.from({ length: a.width }, (_, x) => Math.floor(((x + 0.5) * b.width) / a.width));
  let [both, either] = [0, 0];
  for (let y = 0, i = 0; y < a.height; y++) {
    const row = Math.floor(((y + 0.5) * b.height) / a.height) * b.width;
    for (let x = 0; x < a.width; x++, i++) {
      const [ours, theirs] = [a.data[i] !== 0, b.data[row + (columns[x] as number)] !== 0];
      if (ours && theirs) both++;
      if (ours || theirs) either++;
    }
  }
  return either === 0 ? 1 : both / either;
}

function isSame(a: Finding, b: Finding): boolean {
  if (a.label !== b.label) return false;
  if (a.place && b.place) return overlapOfPlaces(a.place, b.place) >= SAME_OVERLAP;
  if (a.mask && b.mask) return overlapOfMasks(a.mask, b.mask) >= SAME_OVERLAP;
  return true;
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return a.length === b.length ? dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)) : 0;
}

/**
 * True where each of the things at or above the threshold on one side has a counterpart of its own on the other, among all
 * that was found there: a score may lie just below the threshold. Classifiers agree where the best label is the same.
 */
export function agrees(here: Findings, there: Findings, threshold: number): boolean {
  if (here.kind !== there.kind) return false;
  if (here.embedding && there.embedding) return cosine(here.embedding, there.embedding) >= SAME_COSINE;
  if (here.kind === 'classify') return here.things[0]?.label === there.things[0]?.label;
  return covers(here.things, there.things, threshold) && covers(there.things, here.things, threshold);
}

function covers(things: readonly Finding[], others: readonly Finding[], threshold: number): boolean {
  const left = new Set(others);
  return things
    .filter(({ score }) => score >= threshold)
    .every((thing) => {
      const counterpart = [...left].find((other) => isSame(thing, other));
      return counterpart !== undefined && left.delete(counterpart);
    });
}

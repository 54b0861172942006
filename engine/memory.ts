/**
 * Places regions in linear memory by lifetime: two regions share bytes when no call needs both. The calls say when a
 * region is first and last used, so nobody declares lifetimes.
 */
import { type KernelCall, type Region, regionOf } from './region.ts';

/** Vector loads may start anywhere, but a cache line is kept whole. */
export const ALIGNMENT_BYTES = 64;
/** Kernels may read up to this far beyond a region's last element (never write): so the arena ends with as much. */
export const SLACK_BYTES = 64;

export const alignUp = (bytes: number): number => Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;

export interface Lifetime {
  readonly region: Region;
  /** Index of the first and of the last call that uses the region. */
  readonly first: number;
  readonly last: number;
}

/**
 * Lifetimes of the regions that live only within a run, in order of first use. What the host reads or writes is
 * `pinned`: it lives all along, used or not.
 */
export function lifetimes(calls: readonly KernelCall[], pinned: ReadonlySet<Region>): readonly Lifetime[] {
  const spans = new Map<Region, { first: number; last: number }>();
  for (const region of pinned) if (region.role === 'activation') spans.set(region, { first: 0, last: calls.length });
  calls.forEach((call, index) => {
    for (const argument of call.args) {
      const region = regionOf(argument);
      if (region?.role !== 'activation') continue;
      const span = spans.get(region);
      if (span) span.last = Math.max(span.last, index);
      else spans.set(region, { first: index, last: index });
    }
  });
  return [...spans].map(([region, span]) => ({ region, ...span }));
}

export interface Placement {
  readonly offsets: ReadonlyMap<Region, number>;
  /** Bytes from the base to the end of the highest region. */
  readonly bytes: number;
}

/**
 * Greedy by size (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020): the largest
 * region first, each at the lowest gap among those already placed that live at the same time and that fits best.
 */
export function placeByLifetime(spans: readonly Lifetime[], base: number): Placement {
  const placed: (Lifetime & { start: number; end: number })[] = [];
  const offsets = new Map<Region, number>();
  let top = base;
  for (const span of [...spans].sort((a, b) => b.region.bytes - a.region.bytes || a.first - b.first)) {
    const size = alignUp(span.region.bytes);
    const neighbours = placed
      .filter((other) => other.first <= span.last && span.first <= other.last)
      .sort((a, b) => a.start - b.start);
    const start = bestGap(neighbours, size, base);
    placed.push({ ...span, start, end: start + size });
    offsets.set(span.region, start);
    top = Math.max(top, start + size);
  }
  return { offsets, bytes: top - base };
}

function bestGap(neighbours: readonly { start: number; end: number }[], size: number, base: number): number {
  let best: { start: number; room: number } | undefined;
  let cursor = base;
  for (const { start, end } of neighbours) {
    const room = start - cursor;
    if (room >= size && (!best || room < best.room)) best = { start: cursor, room };
    cursor = Math.max(cursor, end);
  }
  return best?.start ?? cursor;
}

/** Places regions one behind the other: for what is kept between runs. */
export function placeInSequence(regions: Iterable<Region>, base: number): Placement {
  const offsets = new Map<Region, number>();
  let cursor = base;
  for (const region of regions) {
    offsets.set(region, cursor);
    cursor += alignUp(region.bytes);
  }
  return { offsets, bytes: cursor - base };
}

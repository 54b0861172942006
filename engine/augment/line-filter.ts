/** The filter of a moving camera. */
import { cosDegrees, sinDegrees } from '../elementary.ts';
import type { Filter } from '../image/filters.ts';

/**
 * A line of `size` cells, upright at 0°, turned clockwise about the middle of a size × size filter and sampled bilinearly;
 * its sum is 1.
 * @param size odd
 */
export function lineFilter(size: number, degrees: number): Filter {
  const c = cosDegrees(degrees);
  const s = sinDegrees(degrees);
  const middle = (size - 1) / 2;
  const cells = Array.from({ length: size * size }, (_, i) => {
    const x = (i % size) - middle;
    const y = Math.floor(i / size) - middle;
    // Turned back, how far from the line, and how far along it from the middle.
    const aside = Math.abs(c * x + s * y);
    const along = Math.abs(c * y - s * x);
    return Math.max(1 - aside, 0) * Math.min(Math.max(middle + 1 - along, 0), 1);
  });
  const sum = cells.reduce((total, cell) => total + cell, 0);
  return { width: size, height: size, weights: Float32Array.from(cells, (cell) => cell / sum) };
}

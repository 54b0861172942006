/** Random drawings for property tests: a few short lines anywhere on the pad. */
import fc from 'fast-check';
import type { Stroke } from '../../page/strokes.ts';

const coordinate = fc.double({ min: 0, max: 1, noNaN: true });

/** Strokes with points between `min` and `max` on both axes. */
export const drawings = (min = 0, max = 1): fc.Arbitrary<Stroke[]> => {
  const scaled = coordinate.map((value) => min + value * (max - min));
  const point = fc.record({ x: scaled, y: scaled });
  return fc.array(fc.array(point, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });
};

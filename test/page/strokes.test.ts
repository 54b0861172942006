import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PEN_WIDTH, RASTER_SIDE, rasterize, type Stroke } from '../../page/strokes.ts';
import { drawings } from './arbitrary.ts';

const ink = (strokes: readonly Stroke[], side?: number): number =>
  rasterize(strokes, side).data.reduce((sum, value) => sum + value / 255, 0);

describe('rasterize', () => {
  test('without strokes there is no ink', () => {
    expect(ink([])).toBe(0);
  });

  test('a dot has the area of the pen', () => {
    const radius = (PEN_WIDTH * RASTER_SIDE) / 2;
    // Coverage is right to about an eighth of a pixel along the edge.
    const error = (2 * Math.PI * radius) / 8;
    expect(Math.abs(ink([[{ x: 0.5, y: 0.5 }]]) - Math.PI * radius * radius)).toBeLessThan(error);
  });

  test('a line has the area of its length times the pen, and a round cap at each end', () => {
    const radius = (PEN_WIDTH * RASTER_SIDE) / 2;
    const line = [
      { x: 0.2, y: 0.3 },
      { x: 0.7, y: 0.8 },
    ] as const;
    const length = Math.SQRT1_2 * RASTER_SIDE; // (0.5, 0.5) is √½ long
    const area = 2 * radius * length + Math.PI * radius * radius;
    expect(Math.abs(ink([line]) - area)).toBeLessThan((2 * length + 2 * Math.PI * radius) / 8);
  });

  test('the direction of a stroke, and drawing it twice, change nothing', () => {
    fc.assert(
      fc.property(drawings(), (strokes) => {
        const there = rasterize(strokes).data;
        const back = rasterize(strokes.map((stroke) => stroke.toReversed())).data;
        expect(Math.max(...there.map((value, i) => Math.abs(value - (back[i] as number))))).toBeLessThanOrEqual(1);
        expect(rasterize([...strokes, ...strokes]).data).toEqual(there);
      }),
    );
  });

  test('more strokes never take ink away', () => {
    fc.assert(
      fc.property(drawings(), drawings(), (first, second) => {
        const before = rasterize(first).data;
        const after = rasterize([...first, ...second]).data;
        expect(after.every((value, i) => value >= (before[i] as number))).toBe(true);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { overlapAt } from '../../../engine/tasks/boxes.ts';

const iou = (a: readonly number[], b: readonly number[]): number => overlapAt(a, 0, b, 0);

describe('intersection over union', () => {
  test.each([
    [[0, 0, 2, 2], [0, 0, 2, 2], 1],
    [[0, 0, 2, 2], [1, 0, 3, 2], 1 / 3],
    [[0, 0, 4, 4], [1, 1, 3, 3], 1 / 4],
    [[0, 0, 1, 1], [1, 0, 2, 1], 0],
    [[2, 2, 0, 0], [0, 0, 2, 2], 0],
    [[1, 1, 1, 1], [1, 1, 1, 1], 0],
  ])('of %j and %j is %f', (a, b, share) => {
    expect(iou(a, b)).toBe(share);
    expect(iou(b, a)).toBe(share);
  });

  test('is the part of the pixels of both', () => {
    const side = fc.integer({ min: 0, max: 6 });
    const box = fc.tuple(side, side, side, side).map(([x, y, w, h]) => [x, y, x + w + 1, y + h + 1] as const);
    fc.assert(
      fc.property(box, box, (a, b) => {
        const holds = ([l, t, r, m]: readonly number[], x: number, y: number) => l! <= x && x < r! && t! <= y && y < m!;
        let [both, either] = [0, 0];
        for (let x = 0; x < 14; x++) {
          for (let y = 0; y < 14; y++) {
            if (holds(a, x, y) && holds(b, x, y)) both++;
            if (holds(a, x, y) || holds(b, x, y)) either++;
          }
        }
        expect(iou(a, b)).toBe(both / either);
      }),
    );
  });
});

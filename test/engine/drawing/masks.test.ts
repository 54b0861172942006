/** Masks over pictures. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawAnswer } from '../../../engine/drawing/answer.ts';
import { coloursOf, type Rgb } from '../../../engine/drawing/colours.ts';
import type { Image } from '../../../engine/image/image.ts';
import { errorCode } from '../image/load.ts';
import { changed, maskText, plainPicture, sizes } from './arbitrary.ts';

const blue = coloursOf(['a']).get('a') as Rgb;
const pixel = ({ data, width }: Image, x: number, y: number) => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];

test('outside of masks and legend nothing changes', () => {
  const problem = sizes.chain((size) =>
    fc.record({
      size: fc.constant(size),
      discs: fc.array(fc.tuple(fc.nat(size.width), fc.nat(size.height), fc.nat(60)), { maxLength: 3 }),
    }),
  );
  fc.assert(
    fc.property(problem, ({ size, discs }) => {
      const isIn = discs.map(
        ([x, y, r]) =>
          (column: number, row: number) =>
            (column - x) ** 2 + (row - y) ** 2 <= r * r,
      );
      const answer = isIn.map((each, i) => ({ label: `${i}`, score: 0.5, mask: maskText(size, each) }));
      const before = plainPicture(size.width, size.height);
      const after = drawAnswer(before, answer);
      expect(after).toMatchObject(size);
      const outside = changed(before, after).filter(
        (i) => !isIn.some((each) => each(i % size.width, Math.floor(i / size.width))),
      );
      // What is left is the legend: it lies in a rectangle in a corner.
      const xs = outside.map((i) => i % size.width);
      const ys = outside.map((i) => Math.floor(i / size.width));
      const area =
        outside.length === 0 ? 0 : (Math.max(...xs) - Math.min(...xs) + 1) * (Math.max(...ys) - Math.min(...ys) + 1);
      // "0 50 %" of three rows, at this scale and with its edges, is no larger.
      const scale = Math.max(1, Math.round(Math.sqrt(size.width * size.height) / 240));
      expect(area).toBeLessThanOrEqual(scale * scale * (6 + 10 + 6 * 6) * (6 + 3 * 10));
      expect(drawAnswer(before, answer)).toEqual(after);
    }),
    { numRuns: 100 },
  );
});

describe('a mask', () => {
  const size = { width: 60, height: 60 };
  const picture = plainPicture(60, 60);
  const isIn = (x: number, y: number) => x >= 20 && y >= 30;
  const drawn = drawAnswer(picture, [{ label: 'a', score: 1, mask: maskText(size, isIn) }]);

  test('is tinted, and outlined where it ends, not where the picture does', () => {
    const tinted = pixel(picture, 40, 45).map((level, c) => Math.round((level * 140 + blue[c]! * 115) / 255));
    expect(pixel(drawn, 40, 45)).toEqual(tinted);
    expect([pixel(drawn, 20, 45), pixel(drawn, 21, 45), pixel(drawn, 40, 30)]).toEqual([
      [...blue],
      [...blue],
      [...blue],
    ]);
    expect(pixel(drawn, 22, 45)).not.toEqual([...blue]);
    expect(pixel(drawn, 59, 45)).not.toEqual([...blue]);
    expect(pixel(drawn, 40, 59)).not.toEqual([...blue]);
  });

  test('leaves its legend the corner where it hides least', () => {
    const wide = { width: 160, height: 60 };
    const cornersOf = (isIn: (x: number, y: number) => boolean) => {
      const image = drawAnswer(plainPicture(160, 60), [{ label: 'a', score: 1, mask: maskText(wide, isIn) }]);
      const isBlack = ([x, y]: readonly [number, number]) => pixel(image, x, y).every((level) => level === 0);
      return (
        [
          [0, 0],
          [159, 0],
          [0, 59],
          [159, 59],
        ] as const
      ).map(isBlack);
    };
    expect(cornersOf(() => false)).toEqual([true, false, false, false]);
    expect(cornersOf((x, y) => x < 80 && y < 30)).toEqual([false, true, false, false]);
    expect(cornersOf((x, y) => y < 30 || x < 80)).toEqual([false, false, false, true]);
  });

  test('of another size is refused', () => {
    const mask = maskText({ width: 30, height: 60 }, () => true);
    expect(errorCode(() => drawAnswer(picture, [{ label: 'a', score: 1, mask }]))).toBe('shape-mismatch');
  });
});

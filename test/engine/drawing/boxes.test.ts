/** Where boxes and their plates go, and that nothing else of a picture changes. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawAnswer } from '../../../engine/drawing/answer.ts';
import { type BoxEntry, layOutBoxes } from '../../../engine/drawing/boxes.ts';
import type { Rect } from '../../../engine/drawing/canvas.ts';
import { coloursOf, type Rgb } from '../../../engine/drawing/colours.ts';
import { boxesIn, changed, plainPicture, sizes } from './arbitrary.ts';

const problem = sizes.chain((size) => fc.record({ size: fc.constant(size), entries: boxesIn(size) }));
const has = ({ left, top, right, bottom }: Rect, x: number, y: number) =>
  x >= left && x < right && y >= top && y < bottom;
const isFree = (rect: Rect, others: readonly Rect[]) =>
  !others.some((o) => o.left < rect.right && rect.left < o.right && o.top < rect.bottom && rect.top < o.bottom);

test('only lines and plates change, and the given picture does not', () => {
  fc.assert(
    fc.property(problem, ({ size, entries }) => {
      const before = plainPicture(size.width, size.height);
      const after = drawAnswer(before, entries as BoxEntry[]);
      expect(before).toEqual(plainPicture(size.width, size.height));
      expect(after).toMatchObject({ ...size, channels: 3 });
      const { frames, plates, lineWidth } = layOutBoxes(size, entries);
      const isOnLine = (frame: Rect, x: number, y: number) =>
        has(frame, x, y) &&
        Math.min(x - frame.left, frame.right - 1 - x, y - frame.top, frame.bottom - 1 - y) < lineWidth;
      for (const i of changed(before, after)) {
        const [x, y] = [i % size.width, Math.floor(i / size.width)];
        const isExpected =
          frames.some((frame) => isOnLine(frame, x, y)) || plates.some((plate) => plate && has(plate.rect, x, y));
        if (!isExpected) expect.fail(`pixel ${x}, ${y} is on no line and no plate`);
      }
      // The same again.
      expect(drawAnswer(before, entries as BoxEntry[])).toEqual(after);
    }),
    { numRuns: 150 },
  );
});

test('frames lie around their boxes, as far as the picture goes, and can be seen', () => {
  fc.assert(
    fc.property(problem, ({ size, entries }) => {
      const { frames, lineWidth } = layOutBoxes(size, entries);
      for (const [i, { left, top, right, bottom }] of frames.entries()) {
        const { xmin, ymin, xmax, ymax } = entries[i]!.box;
        expect(left >= 0 && top >= 0 && right <= size.width && bottom <= size.height).toBe(true);
        expect(right > left && bottom > top).toBe(true);
        expect(left <= xmin && top <= ymin && right >= xmax && bottom >= ymax).toBe(true);
        // A pixel more than a line where a corner lies on the picture's last pixel.
        expect(xmin - left <= lineWidth + 1 && right - xmax <= lineWidth + 1).toBe(true);
        expect(ymin - top <= lineWidth + 1 && bottom - ymax <= lineWidth + 1).toBe(true);
      }
      const [only] = entries;
      if (!only) return;
      const colour = coloursOf([only.label]).get(only.label) as Rgb;
      const { data } = drawAnswer(plainPicture(size.width, size.height), [only]);
      const shown = Array.from({ length: data.length / 3 }, (_, p) =>
        colour.every((level, c) => data[3 * p + c] === level),
      );
      expect(shown).toContain(true);
    }),
    { numRuns: 150 },
  );
});

describe('plates', () => {
  test('lie in the picture, and on others only where no place is left', () => {
    fc.assert(
      fc.property(
        fc
          .record({ width: fc.integer({ min: 20, max: 160 }), height: fc.integer({ min: 12, max: 120 }) })
          .chain((size) => fc.record({ size: fc.constant(size), entries: boxesIn(size, 16) })),
        ({ size, entries }) => {
          const placed: Rect[] = [];
          for (const plate of layOutBoxes(size, entries).plates) {
            if (!plate) continue;
            const { left, top, right, bottom } = plate.rect;
            expect(left >= 0 && top >= 0 && right <= size.width && bottom <= size.height).toBe(true);
            if (!isFree(plate.rect, placed)) {
              // Every other place there is has been taken, too.
              for (let y = 0; y + bottom - top <= size.height; y++) {
                for (let x = 0; x + right - left <= size.width; x++) {
                  const other = { left: x, top: y, right: x + right - left, bottom: y + bottom - top };
                  if (isFree(other, placed)) expect.fail(`${x}, ${y} is free`);
                }
              }
            }
            placed.push(plate.rect);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  const size = { width: 200, height: 100 };
  const at = (xmin: number, ymin: number, xmax: number, ymax: number, label = 'cat'): BoxEntry => ({
    label,
    score: 0.5,
    box: { xmin, ymin, xmax, ymax },
  });
  const placesOf = (...entries: BoxEntry[]) => layOutBoxes(size, entries).plates.map((plate) => plate?.rect);

  test('sit on their frames, in them where there is no room, and never outside', () => {
    const [above, inside, right] = placesOf(at(50, 40, 90, 90), at(120, 0, 190, 90), at(199, 60, 200, 70));
    const { frames } = layOutBoxes(size, [at(50, 40, 90, 90), at(120, 0, 190, 90)]);
    expect([above!.left, above!.bottom]).toEqual([frames[0]!.left, frames[0]!.top + 1]);
    expect([inside!.left, inside!.top]).toEqual([frames[1]!.left, 0]);
    expect(right!.right).toBe(200);
  });

  test('of the same box do not hide each other', () => {
    const rects = placesOf(...Array.from({ length: 8 }, (_, i) => at(60, 30, 90, 60, `label ${i}`))) as Rect[];
    rects.forEach((rect, i) => void expect(isFree(rect, rects.slice(0, i))).toBe(true));
  });

  test('keep as much of a long label as fits', () => {
    const [plate] = layOutBoxes({ width: 60, height: 40 }, [at(0, 0, 60, 40, 'rhinoceros unicornis')]).plates;
    expect(plate!.text).toMatch(/^rhin\w+\.\.$/);
    expect(plate!.rect.right).toBeLessThanOrEqual(60);
  });

  test('are left out of a picture without room for a letter', () => {
    expect(layOutBoxes({ width: 8, height: 8 }, [at(0, 0, 8, 8)]).plates).toEqual([undefined]);
  });

  test('of five hundred boxes are placed in a second', () => {
    const entries = Array.from({ length: 500 }, (_, i) => at(i % 100, i % 50, 100, 100, `${i}`));
    const start = process.cpuUsage();
    layOutBoxes({ width: 2000, height: 1000 }, entries);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1e6).toBeLessThan(1);
  });
});

test('one label has one colour', () => {
  const size = { width: 200, height: 100 };
  const entry = (label: string, xmin: number): BoxEntry => ({
    label,
    score: 1,
    box: { xmin, ymin: 40, xmax: xmin + 20, ymax: 60 },
  });
  const entries = [entry('cat', 10), entry('dog', 80), entry('cat', 150)];
  const { data } = drawAnswer(plainPicture(size.width, size.height), entries);
  const { frames, stroke } = layOutBoxes(size, entries);
  const colourOfLine = ({ left, top }: Rect) => {
    const pixel = 3 * ((top + 12) * size.width + left + stroke.hair);
    return [...data.subarray(pixel, pixel + 3)];
  };
  const [first, other, again] = frames.map(colourOfLine);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  expect([first, other]).toEqual([...coloursOf(['cat', 'dog']).values()].map((colour) => [...colour]));
});

test('lines and letters grow with the picture', () => {
  const strokes = [300, 1200, 4800].map((width) => layOutBoxes({ width, height: (width * 3) / 4 }, []).stroke);
  expect(strokes.map(({ scale }) => scale)).toEqual([1, 4, 17]);
  expect(strokes.map(({ line }) => line)).toEqual([2, 5, 18]);
});

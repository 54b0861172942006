import { describe, expect, test } from 'vitest';
import { Random } from '../../../../engine/random.ts';
import { moved, outlineOf, shapeNames } from '../../../../scripts/training/data-sets/shape-outline.ts';
import { drawShapePicture, SIDE } from '../../../../scripts/training/data-sets/shape-picture.ts';
import { countClasses } from '../../../../scripts/training/data-sets/split.ts';
import { open } from './make.ts';

test('shapes are the same on every machine, whatever seed opens them', async () => {
  const { train, test: held, labels, shape, sha256 } = await open('shapes', { seed: 7 });
  expect(labels).toEqual(['arrow', 'circle', 'cross', 'square', 'star', 'triangle']);
  expect([train.length, held?.length, shape]).toEqual([9000, 1500, [64, 64, 3]]);
  expect([...countClasses(train.classes)]).toEqual(Array(6).fill(1500));
  expect(sha256).toBe('63043d415ded52b388a93b021a110b8063cf6063333cc3df737ab6ae818a9302');
  for (const { boxes, length } of [train, held!]) {
    expect(boxes?.length).toBe(4 * length);
    for (let i = 0; i < 4 * length; i += 4) {
      const [xmin, ymin, xmax, ymax] = boxes!.subarray(i, i + 4) as unknown as [number, number, number, number];
      expect(0 < xmin && xmin < xmax && xmax < 64 && 0 < ymin && ymin < ymax && ymax < 64).toBe(true);
    }
  }
});

describe.each(shapeNames)('the outline of a %s', (name) => {
  const places = Array.from({ length: 20 }, (_, i) => ({ degrees: 17.3 * i, radius: 5 + i }));

  test('touches its box on all four sides, and stays in it', () => {
    for (const { degrees, radius } of places) {
      const outline = moved(outlineOf(name, radius, degrees), 40, 50);
      const [xmin, ymin, xmax, ymax] = outline.box;
      expect(outline.crossings(ymin - 1e-9)).toEqual([]);
      expect(outline.crossings(ymax + 1e-9)).toEqual([]);
      // Near its ends a circle is 2·√(2·radius·ε) wide, so it is looked at inside by a millionth of the radius.
      const rows = Array.from({ length: 20_001 }, (_, i) => ymin + ((ymax - ymin) * (i + 0.5)) / 20_001);
      const xs = rows.flatMap((y) => outline.crossings(y));
      expect(outline.crossings(ymin + 1e-6 * radius).length).toBeGreaterThan(0);
      expect(outline.crossings(ymax - 1e-6 * radius).length).toBeGreaterThan(0);
      // Rows lie height / 20,001 apart; the flattest edge that ends in a corner goes 40 times as far sideways.
      const gap = (40 * (ymax - ymin)) / 20_001;
      expect(Math.min(...xs)).toBeGreaterThanOrEqual(xmin - 1e-9);
      expect(Math.min(...xs)).toBeLessThan(xmin + gap);
      expect(Math.max(...xs)).toBeLessThanOrEqual(xmax + 1e-9);
      expect(Math.max(...xs)).toBeGreaterThan(xmax - gap);
    }
  });

  test('is entered as often as it is left', () => {
    for (const { degrees, radius } of places) {
      const outline = outlineOf(name, radius, degrees);
      for (let y = -radius; y <= radius; y += radius / 50) expect(outline.crossings(y).length % 2).toBe(0);
    }
  });
});

test('a shape stands out in brightness where it is', () => {
  for (const [label, name] of shapeNames.entries()) {
    const { image, box } = drawShapePicture(new Random(9, label), name);
    expect([image.width, image.height, image.channels, image.data.length]).toEqual([SIDE, SIDE, 3, 3 * SIDE * SIDE]);
    const luma = (x: number, y: number) => {
      const at = 3 * (Math.floor(y) * SIDE + Math.floor(x));
      return 0.299 * image.data[at]! + 0.587 * image.data[at + 1]! + 0.114 * image.data[at + 2]!;
    };
    const middle = luma((box[0] + box[2]) / 2, (box[1] + box[3]) / 2);
    const border = Array.from({ length: SIDE }, (_, i) => luma(i, 0)).sort((a, b) => a - b)[SIDE / 2]!;
    // 56 levels of contrast, less the noise on both.
    expect(Math.abs(middle - border)).toBeGreaterThan(56 - 2 * 16);
  }
});

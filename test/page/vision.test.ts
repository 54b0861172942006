/** The photo view's arithmetic: answers as findings, whether two agree, where names go, how masks look. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodePng } from '../../engine/image/png-encode.ts';
import { findingsOf } from '../../page/background/read-answer.ts';
import { parseServerTiming } from '../../page/server-timing.ts';
import { agrees, overlapOfMasks, overlapOfPlaces } from '../../page/vision/agreement.ts';
import { type Finding, type Findings, type Mask, shown } from '../../page/vision/findings.ts';
import { placeLabels } from '../../page/vision/label-places.ts';
import { lineWidth, paintMasks } from '../../page/vision/mask-overlay.ts';
import { offered } from '../../page/vision/models.ts';

const size = { width: 200, height: 100 };

/** A mask of `columns` columns from the left. */
function mask(width: number, height: number, columns: number): Mask {
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, i) => (i % width < columns ? 255 : 0)),
  };
}

const base64 = ({ width, height, data }: Mask): string =>
  Buffer.from(encodePng({ width, height, channels: 1, data })).toString('base64');

describe('findingsOf', () => {
  const box = { xmin: 50, ymin: 25, xmax: 150, ymax: 100 };
  const place = { left: 0.25, top: 0.25, right: 0.75, bottom: 1 };

  test('places are shares of the picture', () => {
    const entry = { label: 'cat', score: 0.5, box };
    const thing = { label: 'cat', score: 0.5, place };
    expect(findingsOf('detect', [entry, entry], size)).toEqual({ kind: 'detect', things: [thing, thing] });
    expect(findingsOf('localize', entry, size)).toEqual({ kind: 'localize', things: [thing] });
  });

  test('masks are pixels', () => {
    const person = mask(20, 10, 7);
    const { things } = findingsOf('segment', [{ label: 'person', score: 1, mask: base64(person) }], size);
    expect(things[0]?.mask).toMatchObject(person);
  });

  test('scores and numbers stay as they are', () => {
    const scores = [{ label: 'cat', score: 0.5 }];
    expect(findingsOf('classify', scores, size)).toEqual({ kind: 'classify', things: scores });
    expect(findingsOf('embed', { embedding: [1, 2] }, size)).toEqual({ kind: 'embed', things: [], embedding: [1, 2] });
  });
});

describe('shown', () => {
  const things = [0.9, 0.5, 0.4].map((score) => ({ label: 'cat', score }));
  test('a slider is for detectors', () => {
    expect(shown({ kind: 'detect', things }, 0.5)).toEqual(things.slice(0, 2));
    expect(shown({ kind: 'classify', things }, 0.5)).toEqual(things);
  });
});

describe('overlap', () => {
  test('of places is what they share of what they cover', () => {
    const place = { left: 0, top: 0, right: 0.5, bottom: 0.5 };
    expect(overlapOfPlaces(place, place)).toBe(1);
    expect(overlapOfPlaces(place, { ...place, left: 0.25, right: 0.75 })).toBeCloseTo(1 / 3, 12);
    expect(overlapOfPlaces(place, { ...place, left: 0.5, right: 1 })).toBe(0);
  });

  test('of masks does not depend on their sizes', () => {
    expect(overlapOfMasks(mask(20, 10, 10), mask(20, 10, 5))).toBe(0.5);
    expect(overlapOfMasks(mask(20, 10, 10), mask(40, 30, 10))).toBe(0.5);
    expect(overlapOfMasks(mask(40, 30, 20), mask(20, 10, 10))).toBe(1);
    expect(overlapOfMasks(mask(4, 4, 0), mask(4, 4, 0))).toBe(1);
  });
});

describe('agrees', () => {
  const at = (left: number, score: number, label = 'cat'): Finding => ({
    label,
    score,
    place: { left, top: 0, right: left + 0.2, bottom: 1 },
  });
  const detections = (...things: Finding[]): Findings => ({ kind: 'detect', things });
  const same = (here: Findings, there: Findings) => agrees(here, there, 0.5);

  test('means the same labels at the same places', () => {
    const here = detections(at(0, 0.9), at(0.5, 0.6));
    expect(same(here, detections(at(0.005, 0.88), at(0.5, 0.61)))).toBe(true);
    expect(same(here, detections(at(0.1, 0.88), at(0.5, 0.61)))).toBe(false);
    expect(same(here, detections(at(0, 0.9)))).toBe(false);
    expect(same(detections(at(0, 0.9)), here)).toBe(false);
    expect(same(here, detections(at(0, 0.9, 'dog'), at(0.5, 0.6)))).toBe(false);
  });

  test('one thing there is the counterpart of one here', () => {
    expect(same(detections(at(0, 0.9), at(0, 0.9)), detections(at(0, 0.9)))).toBe(false);
  });

  test('what is just below the threshold on one side is still there', () => {
    expect(same(detections(at(0, 0.51)), detections(at(0, 0.49)))).toBe(true);
    expect(same(detections(), detections(at(0, 0.49)))).toBe(true);
    expect(same(detections(), detections(at(0, 0.51)))).toBe(false);
  });

  test('masks, classes and embeddings are compared in their own ways', () => {
    const person = (columns: number): Findings => ({
      kind: 'segment',
      things: [{ label: 'person', score: 0.9, mask: mask(100, 10, columns) }],
    });
    expect(same(person(50), person(52))).toBe(true);
    expect(same(person(50), person(60))).toBe(false);
    const classes = (...labels: string[]): Findings => ({
      kind: 'classify',
      things: labels.map((label) => ({ label, score: 0.5 })),
    });
    expect(same(classes('cat', 'dog'), classes('cat', 'cow'))).toBe(true);
    expect(same(classes('cat', 'dog'), classes('dog', 'cat'))).toBe(false);
    const embedding = (...numbers: number[]): Findings => ({ kind: 'embed', things: [], embedding: numbers });
    expect(same(embedding(1, 2, 3), embedding(1.01, 2, 3))).toBe(true);
    expect(same(embedding(1, 2, 3), embedding(3, 2, 1))).toBe(false);
    expect(same(embedding(1, 2), embedding(1, 2, 0))).toBe(false);
    expect(same(classes(), person(0))).toBe(false);
  });
});

describe('placeLabels', () => {
  const area = { x: 10, y: 20, width: 300, height: 200 };
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const label = fc.tuple(share, share, share, share, fc.integer({ min: 20, max: 120 })).map(([x, y, w, h, width]) => ({
    box: {
      x: area.x + x * area.width,
      y: area.y + y * area.height,
      width: w * (1 - x) * area.width,
      height: h * (1 - y) * area.height,
    },
    width,
    height: 20,
  }));

  test('no name leaves the picture, and each has its size', () => {
    fc.assert(
      fc.property(fc.array(label, { maxLength: 20 }), (labels) => {
        const places = placeLabels(labels, area);
        expect(places).toHaveLength(labels.length);
        places.forEach(({ x, y, width, height }, i) => {
          expect(Math.min(x - area.x, y - area.y)).toBeGreaterThanOrEqual(0);
          expect(x + width).toBeLessThanOrEqual(area.x + area.width);
          expect(y + height).toBeLessThanOrEqual(area.y + area.height);
          expect([width, height]).toEqual([labels[i]?.width, 20]);
        });
      }),
    );
  });

  test('it stands on its box, or in it at the upper edge, and beside another one', () => {
    const box = { x: 50, y: 100, width: 80, height: 80 };
    const [on] = placeLabels([{ box, width: 60, height: 20 }], area);
    expect(on).toEqual({ x: 50, y: 80, width: 60, height: 20 });
    const [inside] = placeLabels([{ box: { ...box, y: 25 }, width: 60, height: 20 }], area);
    expect(inside).toEqual({ x: 50, y: 20, width: 60, height: 20 });
    const twice = placeLabels(
      [
        { box, width: 60, height: 20 },
        { box, width: 60, height: 20 },
      ],
      area,
    );
    expect(twice.map(({ y }) => y)).toEqual([80, 100]);
  });
});

describe('paintMasks', () => {
  const paint = (masks: Parameters<typeof paintMasks>[1], isTinted = false) => {
    const data = new Uint8ClampedArray(4 * 40 * 20);
    paintMasks({ width: 40, height: 20, data }, masks, isTinted);
    return (x: number, y: number) => [...data.subarray(4 * (40 * y + x), 4 * (40 * y + x) + 4)];
  };
  const colour = [10, 20, 30] as const;

  test('darkens what is not covered, and draws a line along the border, coloured inside', () => {
    const at = paint([{ mask: mask(40, 20, 20), colour }]);
    expect(lineWidth({ width: 40, height: 20 })).toBe(1);
    expect(at(10, 10)).toEqual([10, 20, 30, 0]);
    expect(at(19, 10)).toEqual([10, 20, 30, 255]);
    expect(at(20, 10)).toEqual([0, 0, 0, 255]);
    expect(at(30, 10)[3]).toBeGreaterThan(100);
    expect(at(30, 10)[3]).toBeLessThan(200);
    expect(at(0, 0)).toEqual([10, 20, 30, 0]); // the picture's edge is no border
  });

  test('the first of two masks is on top, and tints tell them apart', () => {
    const at = paint(
      [
        { mask: mask(40, 20, 10), colour },
        { mask: mask(40, 20, 30), colour: [200, 0, 0] },
      ],
      true,
    );
    expect(at(5, 5).slice(0, 3)).toEqual([10, 20, 30]);
    expect(at(15, 5).slice(0, 3)).toEqual([200, 0, 0]);
    expect(at(5, 5)[3]).toBeGreaterThan(0);
  });
});

describe('offered', () => {
  test('is what answers about photos, the shipped ones first', () => {
    const cards = [
      { name: 'apples', task: 'classify' },
      { name: 'digits', task: 'classify' },
      { name: 'selfie-segmenter', task: 'segment', bytes: 5, precision: 'int8', input: { size: [256, 256] } },
      { name: 'raw' },
      { name: 'coco-detector', task: 'detect', input: {} },
    ] as const;
    expect(offered(cards)).toEqual([
      { name: 'coco-detector', task: 'detect' },
      { name: 'selfie-segmenter', task: 'segment', bytes: 5, precision: 'int8', size: [256, 256] },
      { name: 'apples', task: 'classify' },
    ]);
  });

  test('is what is shipped where the worker knows of none', () => {
    expect(offered([{ name: 'digits', task: 'classify' }])[0]).toEqual({ name: 'coco-detector', task: 'detect' });
  });
});

test.each([
  ['decode;dur=1.5, run;desc="a network";dur=20', { decode: 1.5, run: 20 }],
  ['cache, run;dur=x', {}],
  ['', {}],
  [null, {}],
])('Server-Timing %j', (header, times) => {
  expect(parseServerTiming(header)).toEqual(times);
});

/** Boxes, keypoints and masks along with the picture. */
import { describe, expect, test } from 'vitest';
import { AugmentRunner, pipelineOf, testPicture } from '../../suites/augment.ts';
import { engineError, testImageKernels } from '../image/load.ts';

const runner = new AugmentRunner(testImageKernels());
const picture = testPicture(100, 50, 3);
const labelled = (node: unknown, labels: unknown, targets: object = {}) =>
  runner.run(pipelineOf(node, { targets }), picture, { labels }).labels;

describe('box formats', () => {
  const boxes = {
    xyxy: [10, 20, 30, 45],
    xywh: [10, 20, 20, 25],
    cxcywh: [20, 32.5, 20, 25],
    yolo: [0.2, 0.65, 0.2, 0.5],
  };
  const flipped = {
    xyxy: [70, 20, 90, 45],
    xywh: [70, 20, 20, 25],
    cxcywh: [80, 32.5, 20, 25],
    yolo: [0.8, 0.65, 0.2, 0.5],
  };

  test.each(Object.entries(boxes))('%s', (format, box) => {
    const moved = labelled({ type: 'hflip' }, { boxes: [box] }, { boxes: { format } })?.boxes?.[0] as number[];
    moved.forEach((value, i) => {
      expect(value).toBeCloseTo(flipped[format as 'yolo'][i] as number, 9);
    });
  });
});

test('boxes leave with their labels; what is visible is measured against the whole moved box', () => {
  const labels = {
    boxes: [
      [0, 0, 20, 20],
      [60, 0, 90, 20],
      [80, 10, 100, 30],
    ],
    kinds: ['a', 'b', 'c'],
  };
  const targets = { boxes: { format: 'xyxy', labelFields: ['kinds'], minVisibility: 0.5 } };
  const right = { type: 'translateX', by: { value: 25, unit: 'pixels' } };
  // 15 of 30 columns of b stay: exactly half; c is wholly outside.
  expect(labelled(right, labels, targets)).toEqual({
    boxes: [
      [25, 0, 45, 20],
      [85, 0, 100, 20],
    ],
    kinds: ['a', 'b'],
  });
  const more = { type: 'translateX', by: { value: 26, unit: 'pixels' } };
  expect(labelled(more, labels, targets)?.kinds).toEqual(['a']);
});

test('a box travels as its corners, so turning there and back gives it again, unclipped in between', () => {
  const there = { type: 'affine', rotate: 30, translateX: 0.5 };
  const back = {
    type: 'compose',
    children: [
      { type: 'translateX', by: -0.5 },
      { type: 'rotate', angle: -30 },
    ],
  };
  const moved = labelled({ type: 'compose', children: [there, back] }, { boxes: [[60, 10, 95, 40]] })
    ?.boxes?.[0] as number[];
  [60, 10, 95, 40].forEach((value, i) => {
    expect(moved[i]).toBeCloseTo(value, 9);
  });
});

test('keypoints: flip pairs change places under every mirror, are never dropped, and say whether they are inside', () => {
  const targets = { keypoints: { flipPairs: [[0, 1]] } };
  const keypoints = [
    [10, 5],
    [90, 5, 1],
    [50, 25, 2],
  ];
  expect(labelled({ type: 'hflip' }, { keypoints }, targets)?.keypoints).toEqual([
    [10, 5, 1],
    [90, 5, 2],
    [50, 25, 2],
  ]);
  expect(labelled({ type: 'rotate90', times: 2 }, { keypoints }, targets)?.keypoints).toEqual([
    [90, 45, 2],
    [10, 45, 1],
    [50, 25, 2],
  ]);
  const twice = { type: 'compose', children: [{ type: 'hflip' }, { type: 'hflip' }] };
  expect(labelled(twice, { keypoints }, targets)?.keypoints).toEqual([
    [10, 5, 2],
    [90, 5, 1],
    [50, 25, 2],
  ]);
  const out = labelled({ type: 'translateX', by: 0.5 }, { keypoints }, targets)?.keypoints;
  expect(out).toEqual([
    [60, 5, 2],
    [140, 5, 0],
    [100, 25, 2],
  ]);
});

test('what was not sent does not come back', () => {
  expect(labelled({ type: 'hflip' }, {})).toEqual({});
  expect(labelled({ type: 'hflip' }, { boxes: [] })).toEqual({ boxes: [] });
  expect(runner.run(pipelineOf({ type: 'hflip' }), picture).labels).toBeUndefined();
});

test.each<[unknown, string]>([
  [[], '$'],
  [{ box: [] }, '$.box'],
  [{ boxes: {} }, '$.boxes'],
  [{ boxes: [[1, 2, 3]] }, '$.boxes[0]'],
  [{ boxes: [[1, 2, 3, '4']] }, '$.boxes[0]'],
  [
    {
      boxes: [
        [0, 0, 5, 5],
        [5, 0, 5, 5],
      ],
    },
    '$.boxes[1]',
  ],
  [{ boxes: [[9, 0, 5, 5]] }, '$.boxes[0]'],
  [{ boxes: [[0, 0, Number.POSITIVE_INFINITY, 5]] }, '$.boxes[0]'],
  [{ boxes: [[0, 0, 5, 5]], kinds: [] }, '$.kinds'],
  [{ kinds: [1] }, '$.kinds'],
  [{ keypoints: [[1]] }, '$.keypoints[0]'],
  [{ keypoints: [[1, 2, 3]] }, '$.keypoints[0]'],
  [{ keypoints: [[1, Number.NaN]] }, '$.keypoints[0]'],
])('%j is refused at %s', (labels, path) => {
  const error = engineError(() => labelled({ type: 'hflip' }, labels, { boxes: { labelFields: ['kinds'] } }));
  expect([error.code, error.path]).toEqual(['invalid-labels', path]);
});

test('a mask moves with the picture, nearest, with its own fill; its centroid is the keypoint', () => {
  const data = new Uint8Array(100 * 50);
  for (let y = 20; y < 26; y++) data.fill(7, y * 100 + 40, y * 100 + 46);
  const mask = { width: 100, height: 50, channels: 1, data };
  const node = { type: 'affine', rotate: 25, scale: 1.5, translateX: 0.1, border: 'reflect' };
  const document = pipelineOf(node, { targets: { masks: { fill: 3 } } });
  const result = runner.run(document, picture, { mask, labels: { keypoints: [[43, 23]] } });
  const values = result.mask?.data as Uint8Array;
  expect(new Set(values)).toEqual(new Set([0, 3, 7]));
  let [x, y, count] = [0, 0, 0];
  values.forEach((value, i) => {
    if (value !== 7) return;
    x += (i % 100) + 0.5;
    y += Math.floor(i / 100) + 0.5;
    count++;
  });
  const keypoint = result.labels?.keypoints?.[0] as number[];
  // The rim of 9 × 9 pixels moves in or out by half a pixel at most on each side.
  expect(Math.hypot(x / count - (keypoint[0] as number), y / count - (keypoint[1] as number))).toBeLessThan(0.5);
});

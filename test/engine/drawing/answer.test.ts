/** Drawn answers as wholes: pictures that were looked at once, plates of classes, and what cannot be drawn. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { drawAnswer } from '../../../engine/drawing/answer.ts';
import type { Image } from '../../../engine/image/image.ts';
import { decodePng } from '../../../engine/image/png.ts';
import type { Answer } from '../../../engine/tasks/index.ts';
import { errorCode } from '../image/load.ts';
import { changed, maskText, plainPicture } from './arbitrary.ts';

/** Light above, dark below, so that lines have to show on both. */
function twoHalves(width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3).fill(235, 0).fill(25, 3 * width * (height >> 1));
  return { width, height, channels: 3, data };
}

const box = (xmin: number, ymin: number, xmax: number, ymax: number) => ({ xmin, ymin, xmax, ymax });
const golden: Readonly<Record<string, () => Image>> = {
  boxes: () =>
    drawAnswer(twoHalves(160, 96), [
      { label: 'señal', score: 0.97, box: box(12, 20, 70, 80) },
      { label: 'dog', score: 0.6, box: box(14, 22, 72, 82) },
      { label: 'dog', score: 0.5, box: box(110, 0, 160, 96) },
      { label: '猫', score: 0.25, box: box(90, 60, 92, 62) },
    ]),
  masks: () => {
    const size = { width: 160, height: 96 };
    const disc = (cx: number, cy: number, r: number) => maskText(size, (x, y) => (x - cx) ** 2 + (y - cy) ** 2 < r * r);
    return drawAnswer(twoHalves(160, 96), [
      { label: 'cat', score: 0.9, mask: disc(60, 60, 30) },
      { label: 'sofa', score: 0.7, mask: disc(100, 60, 40) },
    ]);
  },
};

test.each(Object.keys(golden))('%s are drawn as they were', (name) => {
  const fixture = new URL(`../../fixtures/drawing/${name}.png`, import.meta.url);
  expect(golden[name]!()).toEqual(decodePng(readFileSync(fixture)));
});

describe('classes', () => {
  const answer = [
    { label: 'cat', score: 0.75 },
    { label: 'dog', score: 0.25 },
  ];

  test('lie over a large picture', () => {
    const before = plainPicture(320, 240);
    const after = drawAnswer(before, answer);
    expect(after).toMatchObject({ width: 320, height: 240 });
    const touched = changed(before, after);
    expect(touched).toContain(0);
    expect(3 * touched.length).toBeLessThanOrEqual(320 * 240);
  });

  test('lie under a small one, which stays whole', () => {
    const before = plainPicture(28, 28);
    const after = drawAnswer(before, answer);
    expect(after.height).toBeGreaterThan(28);
    for (let y = 0; y < 28; y++) {
      const row = after.data.subarray(3 * y * after.width, 3 * (y * after.width + 28));
      expect(row).toEqual(before.data.subarray(84 * y, 84 * (y + 1)));
    }
  });

  test('that are none leave the picture, as an own copy', () => {
    const before = plainPicture(5, 4);
    const after = drawAnswer(before, []);
    expect(after).toEqual(before);
    expect(after.data).not.toBe(before.data);
  });
});

test.each([1, 2, 4] as const)('a picture of %d channels is drawn on in RGB, over white', (channels) => {
  const data = new Uint8Array(64 * 64 * channels).fill(100);
  if (channels !== 1) for (let i = channels - 1; i < data.length; i += channels) data[i] = 0;
  const { data: drawn } = drawAnswer(
    { width: 64, height: 64, channels, data },
    { label: 'a', score: 1, box: box(30, 30, 60, 60) },
  );
  expect(drawn.length).toBe(64 * 64 * 3);
  expect([...drawn.subarray(0, 3)]).toEqual(Array(3).fill(channels === 1 ? 100 : 255));
});

test('an embedding is no picture', () => {
  const answer: Answer = { embedding: [1] };
  expect(errorCode(() => drawAnswer(plainPicture(4, 4), answer))).toBe('invalid-input');
});

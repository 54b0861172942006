/** Every task in a session of its own, on pictures of odd sizes: single pixels, strips, and each way to fit them in. */
import { describe, expect, test } from 'vitest';
import type { Image } from '../../../engine/image/image.ts';
import { decodePng } from '../../../engine/image/png.ts';
import type { Box } from '../../../engine/tasks/boxes.ts';
import { Predictor } from '../../../engine/tasks/predictor.ts';
import { loadKernels } from '../../../scripts/kernels.ts';
import { taskModels } from '../../suites/task-models.ts';

interface Entry {
  readonly label: string;
  readonly score: number;
  readonly box?: Box;
  readonly mask?: string;
}

const kernels = loadKernels('inference');
const sizes = [
  { width: 1, height: 1 },
  { width: 1, height: 300 },
  { width: 400, height: 20 },
  { width: 20, height: 400 },
  { width: 9, height: 7 },
];
const fits = ['stretch', 'crop', 'letterbox'];

/** Red in its left half. */
function picture({ width, height }: { readonly width: number; readonly height: number }): Image {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) if (2 * (i % width) < width) data[3 * i] = 255;
  return { width, height, channels: 3, data };
}

const cases = fits.flatMap((fit) => sizes.map((size) => ({ fit, ...size })));
const decoded = (mask: string) => decodePng(Uint8Array.from(atob(mask), (letter) => letter.charCodeAt(0)));

describe.each(cases)('$fit of $width×$height pixels', ({ fit, width, height }) => {
  const ask = (kind: keyof typeof taskModels, options = {}) =>
    new Predictor(taskModels[kind](fit), kernels).predict(picture({ width, height }), options);

  const expectInside = ({ xmin, ymin, xmax, ymax }: Box) => {
    expect(0 <= xmin && xmin <= xmax && xmax <= width).toBe(true);
    expect(0 <= ymin && ymin <= ymax && ymax <= height).toBe(true);
  };

  test('classify and embed do not depend on the size', () => {
    expect(ask('classify', { topK: 2 })).toEqual([
      { label: 'Käse 中', score: 0.625 },
      { label: 'cat', score: 0.25 },
    ]);
    expect(ask('embed')).toEqual({ embedding: [3, 4, ...Array(10).fill(0)] });
  });

  test('boxes lie in the picture', () => {
    const one = ask('localize') as Entry;
    expect(one.label).toBe('dog');
    expectInside(one.box as Box);
    const found = ask('detect', { threshold: 0.1 }) as Entry[];
    expect(found.map(({ label }) => label)).toEqual(['cat', 'dog', 'Käse 中']);
    for (const { box } of found) expectInside(box as Box);
  });

  test('masks have the size of the picture, and share it among them where nothing is cropped', () => {
    const found = ask('segment') as Entry[];
    const masks = found.map(({ mask }) => decoded(mask as string));
    for (const mask of masks) expect([mask.width, mask.height, mask.channels]).toEqual([width, height, 1]);
    const covered = Array.from(
      { length: width * height },
      (_, i) => masks.filter(({ data }) => data[i] === 255).length,
    );
    expect(Math.max(...covered)).toBe(1);
    if (fit !== 'crop') expect(Math.min(...covered)).toBe(1);
    // The left edge is red; a strip in a letterbox has a single column, half red.
    const [cat] = found.flatMap(({ label }, i) => (label === 'cat' ? [masks[i]] : []));
    const row = Math.floor(height / 2) * width;
    if (fit === 'stretch') expect(cat?.data[row]).toBe(255);
  });
});

/** What the filters refuse, and stories that the laws over all augmentations do not tell. */
import { expect, test } from 'vitest';
import { augmentationOf } from '../../../engine/augment/operations/index.ts';
import { EngineError } from '../../../engine/errors.ts';
import { parseFilter } from '../../../engine/image/filters.ts';
import type { Image } from '../../../engine/image/image.ts';
import { convolveToPicture } from '../../../engine/image/picture.ts';
import { medianBlur } from '../../reference/augment/filters.ts';
import { AugmentRunner, pipelineOf, testPicture } from '../../suites/augment.ts';
import { testImageKernels } from '../image/load.ts';

const kernels = testImageKernels();
const runner = new AugmentRunner(kernels);
const operation = augmentationOf('medianBlur');
const gray = testPicture(13, 11, 1);

function refusal(node: unknown, image = gray): EngineError {
  try {
    runner.run(pipelineOf(node), image);
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('not refused');
}

test.each([
  [{ type: 'convolve', filter: 'edge' }, '$.pipeline.filter'],
  [{ type: 'convolve', matrix: [] }, '$.pipeline.matrix'],
  [{ type: 'convolve', matrix: [[1], [1, 2]] }, '$.pipeline.matrix[1]'],
  [{ type: 'convolve', matrix: [[1, 'a']] }, '$.pipeline.matrix[0][1]'],
  [{ type: 'convolve', matrix: [Array(52).fill(1)] }, '$.pipeline.matrix'],
  [{ type: 'convolve', filter: 'box', matrix: [[1]] }, '$.pipeline.matrix'],
  [{ type: 'convolve', output: 'signed' }, '$.pipeline.output'],
  [{ type: 'convolve', border: 'mirror' }, '$.pipeline.border'],
  [{ type: 'sharpen', fill: [1, 2] }, '$.pipeline.fill'],
  [{ type: 'sharpen', alpha: 1.5 }, '$.pipeline.alpha'],
  [{ type: 'gaussianBlur', sigma: 101 }, '$.pipeline.sigma'],
  [{ type: 'gaussianBlur', size: 4 }, '$.pipeline.size'],
  [{ type: 'medianBlur', size: 4 }, '$.pipeline.size'],
  [{ type: 'medianBlur', size: 53 }, '$.pipeline.size'],
  [{ type: 'boxBlur', size: 0 }, '$.pipeline.size'],
  [{ type: 'motionBlur', size: [2.5, 7] }, '$.pipeline.size[0]'],
  [{ type: 'jpegCompression', quality: 0 }, '$.pipeline.quality'],
])('%j is refused at %s', (node, path) => {
  const error = refusal(node);
  expect(error.code).toBe('invalid-pipeline');
  expect(error.path).toBe(path);
  expect(error.message.startsWith(`${path}: `)).toBe(true);
});

test('the widest windows on the smallest pictures', () => {
  const matrix = Array.from({ length: 51 }, () => Array(51).fill(1 / 2601));
  for (const border of ['constant', 'edge', 'symmetric', 'reflect', 'wrap']) {
    for (const type of ['u8', 'f32'] as const) {
      const dot = { width: 1, height: 1, channels: 2, data: testPicture(1, 1, 2, type).data };
      const nodes = [
        { type: 'gaussianBlur', sigma: 100 },
        { type: 'convolve', matrix },
        { type: 'boxBlur', size: 51 },
        { type: 'medianBlur', size: 51 },
        { type: 'motionBlur', size: 51, angle: 17 },
      ];
      for (const node of nodes) {
        const found = runner.run(pipelineOf({ ...node, border, fill: [...dot.data] }), dot).image.data;
        // Everything that is seen is the one pixel, or a fill that is its like.
        found.forEach((value, c) => {
          expect(Math.abs(value - (dot.data[c] as number)), `${node.type} ${border} ${type}`).toBeLessThan(1e-2);
        });
      }
    }
  }
});

test.each([9, 15, 17, 31])('the median of a window of %i, whichever way it is found', (size) => {
  for (const type of ['u8', 'f32'] as const) {
    const picture = testPicture(23, 9, 2, type);
    const params = { size, border: 'reflect', fill: 0 };
    const { image } = runner.run(pipelineOf({ type: 'medianBlur', size }), picture);
    const exact = medianBlur.run({ ...picture, data: Float64Array.from(picture.data) }, params as never, operation);
    expect(Float64Array.from(image.data)).toEqual(exact.data);
  }
});

test('a line of motion lies as its angle says: upright at 0°, clockwise', () => {
  const dot = { width: 7, height: 7, channels: 1, data: new Float32Array(49) };
  dot.data[3 * 7 + 3] = 100;
  const row = (angle: number, y: number) => {
    const { data } = runner.run(pipelineOf({ type: 'motionBlur', size: 5, angle }), dot).image;
    return [...data.subarray(7 * y, 7 * y + 7)].map(Math.round);
  };
  expect([0, 1, 3, 5, 6].map((y) => row(0, y)[3])).toEqual([0, 20, 20, 20, 0]);
  expect(row(90, 3)).toEqual([0, 20, 20, 20, 20, 20, 0]);
  // Correlation turns the filter round, a line is its own half turn: at 45° it goes to the top right.
  expect(row(45, 2)[4]).toBeGreaterThan(row(45, 2)[2] as number);
});

test('signed is the picture that the command line and HTTP paint', () => {
  for (const name of ['sobelX', 'laplacian']) {
    const picture = testPicture(21, 17, 3) as Image;
    const painted = convolveToPicture(kernels, picture, { filter: parseFilter(name) }, 'signed');
    const { image } = runner.run(pipelineOf({ type: 'convolve', filter: name, output: 'signed' }), picture);
    expect(image.data).toEqual(painted.data);
  }
});

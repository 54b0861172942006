/** The memory of the kernels is as large as the largest picture needs, however many come. */
import { expect, test } from 'vitest';
import { augmentationOf, augmentationTypes } from '../../../engine/augment/operations/index.ts';
import { Studio } from '../../../engine/augment/studio.ts';
import { AugmentRunner, pipelineOf, testPicture } from '../../suites/augment.ts';
import { engineError, testImageKernels } from '../image/load.ts';

test('does not grow after every operation has run once', () => {
  const runner = new AugmentRunner(testImageKernels());
  const picture = testPicture(96, 64, 3);
  const types = augmentationTypes.filter((type) => !augmentationOf(type).only);
  const runAll = (sample: number) => {
    // Samples have constants for sizes, so that every round makes pictures of the same size.
    for (const type of types)
      for (const node of augmentationOf(type).samples) {
        if (augmentationOf(type).needs !== 'rgb' || picture.channels === 3)
          runner.run(pipelineOf({ ...node, type }), picture, { sample });
      }
  };
  runAll(0);
  const { memoryBytes } = runner.augmenter;
  for (let sample = 1; sample < 4; sample++) runAll(sample);
  expect(runner.augmenter.memoryBytes).toBe(memoryBytes);
});

test('the same work finds the same places; what is given back is used again', () => {
  const studio = new Studio(testImageKernels());
  const first = studio.picture(10, 10, 3, 'u8');
  const second = studio.take(1000);
  studio.keepOnly(first);
  expect(studio.take(1000)).toBe(second);
  studio.keepOnly();
  expect(studio.picture(10, 10, 3, 'u8').ptr).toBe(first.ptr);
});

test('a pinned picture stays', () => {
  const studio = new Studio(testImageKernels());
  const picture = studio.load(testPicture(5, 4, 3));
  studio.pin(picture);
  studio.keepOnly();
  expect(studio.take(16)).toBeGreaterThanOrEqual(picture.ptr + picture.bytes);
});

test('more than is allowed is refused before anything is taken, and the next picture is as ever', () => {
  const studio = new Studio(testImageKernels(), 1 << 20);
  const before = studio.memoryBytes;
  expect(engineError(() => studio.take(2 << 20))).toMatchObject({ code: 'limit-exceeded' });
  expect(studio.memoryBytes).toBe(before);
  expect(studio.take(100)).toBeGreaterThan(0);
});

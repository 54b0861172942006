/** Augmentation inside workerd: the bytes of Node. */
import { expect, test } from 'vitest';
import image from '../../build/image.wasm';
import { instantiateImageKernels } from '../../engine/image/kernels.ts';
import stored from '../fixtures/augment-digests.json';
import { augmentDigests } from '../suites/portable-augment.ts';

test('every operation, alone and in one pipeline', () => {
  expect(augmentDigests(instantiateImageKernels(image))).toEqual(stored);
});

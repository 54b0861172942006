/** The same bytes as yesterday, and as in workerd (test/worker/augment.test.ts) and in a browser (test/page). */
import { expect, test } from 'vitest';
import stored from '../../fixtures/augment-digests.json';
import { augmentDigests } from '../../suites/portable-augment.ts';
import { testImageKernels } from '../image/load.ts';

test('Node', () => {
  const digests = augmentDigests(testImageKernels());
  expect(digests).toEqual(stored);
  expect(new Set(Object.values(digests)).size).toBeGreaterThan(Object.keys(digests).length / 2);
});

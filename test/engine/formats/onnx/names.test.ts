/** Names of nodes: no two alike, and the same every time. */
import { expect, test } from 'vitest';
import { Names } from '../../../../engine/formats/onnx/names.ts';

test('a name that is taken gets a number', () => {
  const names = new Names(['x', 'a/2']);
  expect(['a', 'a', 'x', 'a', 'a/2'].map((name) => names.claim(name))).toEqual(['a', 'a/3', 'x/2', 'a/4', 'a/2/2']);
});

test('a hundred thousand nodes of one name are named in time', () => {
  const names = new Names([]);
  const start = performance.now();
  for (let i = 0; i < 100_000; i++) names.claim('same');
  // Linear: some milliseconds; to try every number again takes minutes.
  expect(performance.now() - start).toBeLessThan(3000);
  expect(names.claim('same')).toBe('same/100001');
});

/** The entry itself: the embedded model answers through what the platform calls. */
import { exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { sevenPng } from './pictures.ts';

const worker = (exports as unknown as { default: Fetcher }).default;

test('digits is there and tells a seven', async () => {
  const { models } = (await (await worker.fetch('http://worker/v1/models')).json()) as { models: { name: string }[] };
  // Which others there are depends on the last build of the page.
  expect(models[0]?.name).toBe('digits');
  const response = await worker.fetch('http://worker/v1/models/digits/predict?top_k=1', {
    method: 'POST',
    body: sevenPng,
  });
  expect(await response.json()).toEqual([{ label: '7', score: expect.any(Number) }]);
});

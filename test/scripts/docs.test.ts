/** Generated documents are what their sources say: `npm run docs` makes them anew. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { augmentationDocs } from '../../scripts/docs/augmentations.ts';
import { modelsDocs } from '../../scripts/docs/models.ts';
import { tfjsDocs } from '../../scripts/docs/tfjs.ts';

const root = new URL('../../', import.meta.url);
const files = new Map([...(await augmentationDocs()), ...(await tfjsDocs()), ...(await modelsDocs())]);

test.each([...files.keys()])('%s is fresh', (path) => {
  const url = new URL(path, root);
  expect(existsSync(url), `${path} is missing`).toBe(true);
  const content = files.get(path) as string | Uint8Array;
  expect(Buffer.from(content).equals(readFileSync(url)), `${path} is stale: npm run docs`).toBe(true);
});

test('no picture is left of an operation that is gone', () => {
  const pictures = readdirSync(new URL('docs/augmentations/', root)).map((name) => `docs/augmentations/${name}`);
  expect(pictures.filter((path) => !files.has(path))).toEqual([]);
});

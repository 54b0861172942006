import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseModel } from '../../engine/model-file.ts';
import { borde, temporaryFolder } from './cli.ts';

const path = new URL('../../models/digits.safetensors', import.meta.url).pathname;
const file = readFileSync(path);

test('the digits model scores what its card says, and is small enough for the edge', async () => {
  const { card } = parseModel(file);
  const { code, out } = await borde(['evaluate', path, '--data', 'mnist', '--simd', 'baseline', '--json']);
  expect(code).toBe(0);
  const { accuracy, images } = JSON.parse(out) as { accuracy: number; images: number };
  expect(images).toBe(10_000);
  expect(accuracy).toBe(card.provenance?.metrics?.accuracy);
  expect(accuracy).toBeGreaterThan(0.992);
  expect(file.length).toBeLessThanOrEqual(2 ** 20);
  const table = readFileSync(new URL('../../models/README.md', import.meta.url), 'utf8');
  expect(table).toContain(`${(100 * accuracy).toFixed(2)} %`);
});

test('both SIMD builds see the same digits', async () => {
  const [baseline, relaxed] = await Promise.all(
    ['baseline', 'auto'].map(async (simd) =>
      JSON.parse((await borde(['evaluate', path, '--data', 'mnist', '--simd', simd, '--limit', '1000', '--json'])).out),
    ),
  );
  expect(relaxed.confusion).toEqual(baseline.confusion);
});

// Eight epochs on 54,000 pictures: a minute or two, so it runs with `npm run test:long` alone.
test.runIf(process.env.BORDE_LONG)(
  'npm run train:digits makes it again, bit for bit',
  async () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const out = join(temporaryFolder(), 'digits.safetensors');
    const args = (scripts['train:digits'] as string).split(' ').slice(2);
    expect((await borde(args.map((arg) => (arg.startsWith('models/') ? out : arg)))).code).toBe(0);
    expect(readFileSync(out).equals(file)).toBe(true);
  },
  1_800_000,
);

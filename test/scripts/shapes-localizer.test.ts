import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseModel } from '../../engine/model-file.ts';
import { borde, temporaryFolder } from './cli.ts';

const path = new URL('../../models/shapes-localizer.safetensors', import.meta.url).pathname;
const file = readFileSync(path);

test('the localizer of shapes scores what its card says, and is small enough for the edge', async () => {
  const { metrics } = parseModel(file).card.provenance!;
  const { code, out } = await borde(['evaluate', path, '--data', 'shapes', '--simd', 'baseline', '--json']);
  expect(code).toBe(0);
  const found = JSON.parse(out) as Record<string, number>;
  expect(found.images).toBe(1500);
  const { accuracy, meanIou, localizationAccuracy } = found as Record<string, number>;
  expect({ accuracy, meanIou, localizationAccuracy }).toEqual({
    accuracy: metrics!.accuracy,
    meanIou: metrics!.meanIou,
    localizationAccuracy: metrics!.localizationAccuracy,
  });
  expect(accuracy).toBeGreaterThan(0.97);
  expect(meanIou).toBeGreaterThan(0.85);
  expect(file.length).toBeLessThanOrEqual(2 ** 20);
  const table = readFileSync(new URL('../../models/README.md', import.meta.url), 'utf8');
  expect(table).toContain(`${(100 * accuracy!).toFixed(2)} %, mean IoU ${meanIou!.toFixed(3)}`);
});

// Fourteen epochs on 8,100 pictures: two minutes, so it runs with `npm run test:long` alone.
test.runIf(process.env.BORDE_LONG)(
  'npm run train:shapes makes it again, bit for bit',
  async () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const out = join(temporaryFolder(), 'shapes-localizer.safetensors');
    const args = (scripts['train:shapes'] as string).split(' ').slice(2);
    expect((await borde(args.map((arg) => (arg.startsWith('models/') ? out : arg)))).code).toBe(0);
    expect(readFileSync(out).equals(file)).toBe(true);
  },
  1_800_000,
);

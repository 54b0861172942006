/** The golden set that is vendored in test/fixtures/golden, case by case; `npm run golden -- DIR` checks others. */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadCodecs } from '../../scripts/codecs.ts';
import { GoldenChecker } from '../../scripts/golden/check.ts';
import { broken } from '../../scripts/golden/compare.ts';
import { readManifest } from '../../scripts/golden/manifest.ts';
import { loadImageKernels } from '../../scripts/kernels.ts';

const folder = fileURLToPath(new URL('../fixtures/golden', import.meta.url));
const { entries, annotations } = await readManifest(folder);
const checker = new GoldenChecker(folder, await loadCodecs(), loadImageKernels());

test('all of the set is there', () => {
  expect([entries.length, annotations.length]).toEqual([87, 24]);
});

test.each(entries)('$id', async (entry) => {
  expect(await checker.entry(entry)).toEqual({ remarks: [] });
});

test.each(annotations)('$id', async (annotation) => {
  expect(await checker.annotation(annotation)).toBeUndefined();
});

describe('every key of a tolerance can be broken', () => {
  const picture = (...data: number[]) => ({ width: data.length, height: 1, channels: 1, data });
  const zeros = picture(0, 0, 0, 0);

  test.each([
    [{ max_abs: 1 }, picture(0, 0, 0, 2)],
    [{ mean_abs: 0.4 }, picture(0, 0, 0, 2)],
    [{ p99: 1 }, picture(0, 0, 0, 2)],
    [{ frac_gt2: 0.2 }, picture(0, 0, 0, 3)],
    [{ frac_differs: 0.2 }, picture(0, 0, 0, 1)],
    [{ frac_gt: [4, 0.2] as [number, number] }, picture(0, 0, 0, 5)],
  ])('%j', (tolerance, found) => {
    expect(broken(zeros, zeros, tolerance)).toBeUndefined();
    expect(broken(found, zeros, tolerance)).toBeTypeOf('string');
  });

  test('another size', () => {
    expect(broken(picture(0, 0), zeros, { max_abs: 255 })).toBe('the picture has 2×1×1 values, expected 4×1×1');
  });
});

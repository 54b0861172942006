import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Image } from '../../../../engine/image/image.ts';
import { type Preprocess, preprocess, preprocessPixels } from '../../../../engine/image/preprocess.ts';
import { fitImage } from '../../../../scripts/training/data-sets/convert.ts';
import { parseSource, sources } from '../../../../scripts/training/data-sets/index.ts';
import { countClasses } from '../../../../scripts/training/data-sets/split.ts';
import { failure, folderOf, idxPair, open, png } from './make.ts';

describe('--data SRC', () => {
  test('is a name, or a name and a folder that may itself hold a colon', () => {
    expect(parseSource('mnist')).toEqual({ name: 'mnist', folder: '' });
    expect(parseSource('idx:a/b')).toEqual({ name: 'idx', folder: 'a/b' });
    expect(parseSource('images:C:\\pictures')).toEqual({ name: 'images', folder: 'C:\\pictures' });
  });

  test.each([
    ['imagenet', 'imagenet: unknown data set, expected mnist, fashion-mnist, idx:DIR, cifar:DIR, images:DIR, shapes'],
    ['', ': unknown data set, expected mnist'],
    ['toString', 'toString: unknown data set'],
    ['idx', 'idx: expected a folder, as in idx:DIR'],
    ['images:', 'images:: expected a folder, as in images:DIR'],
    ['mnist:here', 'mnist:here: mnist takes no folder'],
  ])('%j is refused', (source, message) => {
    expect(() => parseSource(source)).toThrow(message);
  });

  test.each(Object.entries(sources).filter(([, { folder }]) => folder !== undefined))(
    '%s: a folder that is missing, empty, or a file is refused by path',
    async (name) => {
      const folder = await folderOf({ file: 'x', 'empty/.keep': '' });
      for (const below of ['none', 'file', 'empty']) {
        const { code, message } = await failure(open(`${name}:${folder}/${below}`));
        expect(code).toBe('invalid-data');
        expect(message).toMatch(
          new RegExp(`^${folder}/${below}: (no such file or folder|is a file, expected a folder|is empty)`),
        );
      }
    },
  );
});

describe('size and channels', () => {
  const pictures: fc.Arbitrary<Image> = fc
    .record({
      width: fc.integer({ min: 1, max: 9 }),
      height: fc.integer({ min: 1, max: 9 }),
      channels: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const),
    })
    .chain(({ width, height, channels }) => {
      const length = width * height * channels;
      return fc.record({
        width: fc.constant(width),
        height: fc.constant(height),
        channels: fc.constant(channels),
        data: fc.uint8Array({ minLength: length, maxLength: length }),
      });
    });

  test('training sees the very numbers that prediction computes from the same picture', () => {
    const side = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(
        pictures,
        side,
        side,
        fc.constantFrom('gray' as const, 'RGB' as const),
        (image, width, height, channels) => {
          const spec: Preprocess = {
            size: [width, height],
            fit: 'stretch',
            antialias: true,
            channels,
            scale: 1 / 255,
            mean: [0.5],
            std: [0.25],
          };
          const { data } = fitImage(image, [width, height], channels);
          expect(preprocessPixels(data, spec, new Float32Array(data.length))).toEqual(preprocess(image, spec));
        },
      ),
    );
  });

  test('are converted to what the network wants, in both splits', async () => {
    const folder = await folderOf({ ...idxPair('train', [0, 1, 0]), ...idxPair('t10k', [1]) });
    const progress: number[][] = [];
    const data = await open(`idx:${folder}`, {
      size: [4, 6],
      channels: 'RGB',
      onProgress: (...steps) => progress.push(steps),
    });
    expect(data.shape).toEqual([6, 4, 3]);
    expect([data.train.pixels.length, data.test?.pixels.length]).toEqual([3 * 72, 72]);
    for (let i = 0; i < data.train.pixels.length; i += 3) {
      expect(data.train.pixels[i + 1]).toBe(data.train.pixels[i]);
      expect(data.train.pixels[i + 2]).toBe(data.train.pixels[i]);
    }
    expect(progress).toEqual([1, 2, 3, 4].map((done) => [done, 4]));
  });

  test('of pictures in a folder go to gray as well', async () => {
    const folder = await folderOf({ 'a/1.png': png([255, 0, 0], 5, 7), 'b/1.png': png([0, 0, 255], 50, 3) });
    const data = await open(`images:${folder}`, { size: [2, 1], channels: 'gray' });
    expect(data.shape).toEqual([1, 2, 1]);
    expect([...data.train.pixels]).toEqual([76, 76, 29, 29]); // 0.299 and 0.114 of 255
    expect(data.test).toBeUndefined();
  });
});

describe('limit', () => {
  const classes = Array.from({ length: 40 }, (_, i) => i % 4);
  const tree = { ...idxPair('train', classes), ...idxPair('t10k', [0, 1, 2]) };

  test('keeps that many training pictures in the order of the source, and the whole test split', async () => {
    const source = `idx:${await folderOf(tree)}`;
    const all = await open(source);
    const data = await open(source, { limit: 12 });
    expect([...countClasses(data.train.classes)]).toEqual([3, 3, 3, 3]);
    expect(data.test).toEqual(all.test);
    expect(data.sha256).toBe(all.sha256);
    const pictures = (split: typeof all.train) =>
      Array.from({ length: split.length }, (_, i) => `${split.classes[i]} ${split.pixels.subarray(6 * i, 6 * i + 6)}`);
    const places = pictures(data.train).map((picture) => pictures(all.train).indexOf(picture));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  test('is the same for the same seed, another for another; a larger one keeps what a smaller one keeps', async () => {
    const folder = await folderOf(
      Object.fromEntries(classes.map((label, i) => [`${label}/${String(i).padStart(2, '0')}.png`, png(i)])),
    );
    const kept = async (limit: number, seed: number) =>
      (await open(`images:${folder}`, { limit, seed })).train.files ?? [];
    expect(await kept(8, 3)).toEqual(await kept(8, 3));
    expect(await kept(8, 3)).not.toEqual(await kept(8, 4));
    expect(await kept(20, 3)).toEqual(expect.arrayContaining([...(await kept(8, 3))]));
  });

  test('beyond what there is changes nothing; one that leaves a single class is refused', async () => {
    const folder = await folderOf(tree);
    expect(await open(`idx:${folder}`, { limit: 40 })).toEqual(await open(`idx:${folder}`));
    expect((await failure(open(`idx:${folder}`, { limit: 1 }))).message).toBe(
      `${folder}: a limit of 1 leaves pictures of one class`,
    );
    await expect(open(`idx:${folder}`, { limit: -1 })).rejects.toThrow(RangeError);
  });
});

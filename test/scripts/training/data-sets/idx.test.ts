import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIdx } from '../../../../scripts/training/data-sets/idx-file.ts';
import { failure, folderOf, idxBytes, idxPair, open, type Tree } from './make.ts';

const classes = [0, 1, 2, 0, 1, 2, 1];

describe('an IDX file', () => {
  test('gives back its dimensions and elements', () => {
    const files = fc.constantFrom(1 as const, 3 as const).chain((dimensions) =>
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: dimensions, maxLength: dimensions }).chain((shape) => {
        const length = shape.reduce((a, b) => a * b, 1);
        return fc.tuple(fc.constant(shape), fc.uint8Array({ minLength: length, maxLength: length }));
      }),
    );
    fc.assert(
      fc.property(files, ([shape, elements]) => {
        const bytes = idxBytes(shape, elements);
        const { shape: gotShape, data } = parseIdx(bytes, 'x', shape.length as 1 | 3);
        expect(gotShape).toEqual(shape);
        expect(data).toEqual(elements);
      }),
    );
  });

  test('cut short anywhere, or with a byte too many, is refused with both lengths', () => {
    const whole = idxBytes([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    for (let length = 0; length < whole.length; length++) {
      const expected = length < 16 ? 'at least 16 bytes' : '24 bytes for 2×2×2';
      expect(() => parseIdx(whole.subarray(0, length), 'x', 3)).toThrow(
        `x: truncated: expected ${expected}, got ${length}`,
      );
    }
    expect(() => parseIdx(Uint8Array.of(...whole, 0), 'x', 3)).toThrow(
      'x: too long: expected 24 bytes for 2×2×2, got 25',
    );
  });

  test('dimensions that overflow 32 and 53 bits are only a wrong length', () => {
    const huge = idxBytes([0xffff_ffff, 0xffff_ffff, 0xffff_ffff], []);
    expect(() => parseIdx(huge, 'x', 3)).toThrow(`expected ${(2n ** 32n - 1n) ** 3n + 16n} bytes`);
  });

  test('says which magic number it wants', () => {
    expect(() => parseIdx(idxBytes([1], [0]), 'x', 3)).toThrow('x: wrong magic: expected 0x00000803, got 0x00000801');
    expect(() => parseIdx(idxBytes([1, 1, 1], [0]), 'x', 1)).toThrow(
      'x: wrong magic: expected 0x00000801, got 0x00000803',
    );
  });

  test('without elements is refused', () => {
    expect(() => parseIdx(idxBytes([0, 28, 28], []), 'x', 3)).toThrow('x: holds nothing: its dimensions are 0×28×28');
  });
});

describe('idx:DIR', () => {
  test('reads pictures, classes and labels of both splits', async () => {
    const folder = await folderOf({ ...idxPair('train', classes), ...idxPair('t10k', [2, 0]) });
    const data = await open(`idx:${folder}`);
    expect(data).toMatchObject({ name: 'idx', labels: ['0', '1', '2'], shape: [3, 2, 1], skipped: [] });
    expect([...data.train.classes]).toEqual(classes);
    expect([...(data.test?.classes ?? [])]).toEqual([2, 0]);
    expect([...data.train.pixels.subarray(6, 12)]).toEqual([11, 12, 13, 14, 15, 16]);
    expect(data.train.pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(data.train.classes.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(JSON.stringify(data)).not.toContain(folder);
  });

  test('does not care how the files are named, packed, or in which order they were written', async () => {
    const train = Object.values(idxPair('train', classes));
    const test = Object.values(idxPair('t10k', [2, 0]));
    const all = [...train, ...test] as Uint8Array[];
    const packed = all.map((bytes) => gzipSync(bytes));
    const named = (names: string[], files: readonly Uint8Array[]): Tree =>
      Object.fromEntries(names.map((name, i) => [name, files[i] as Uint8Array]).reverse());
    const usual = [
      'train-images-idx3-ubyte',
      'train-labels-idx1-ubyte',
      't10k-images-idx3-ubyte',
      't10k-labels-idx1-ubyte',
    ];
    const folders = await Promise.all([
      folderOf(named(usual, all)),
      folderOf(
        named(
          usual.map((name) => `${name}.gz`),
          packed,
        ),
      ),
      folderOf(
        named(
          usual.map((name) => name.replace('t10k', 'test').replace('-idx', '.idx')),
          all,
        ),
      ),
      folderOf(
        named(
          usual.map((name) => `emnist-digits-${name}.gz`),
          packed,
        ),
      ),
      folderOf({
        ...named(usual, all),
        ...named(
          usual.map((name) => `${name}.gz`),
          packed,
        ),
      }),
    ]);
    const [first, ...others] = await Promise.all(folders.map((folder) => open(`idx:${folder}`)));
    for (const other of others) expect(other).toEqual(first);
  });

  test('cuts a stratified test split where there is only the training pair', async () => {
    const many = Array.from({ length: 50 }, (_, i) => i % 3);
    const data = await open(`idx:${await folderOf(idxPair('train', many))}`);
    expect([data.train.length, data.test?.length]).toEqual([41, 9]); // a fifth of 17, 17 and 16 is 3.4, 3.4, 3.2
  });

  const both = { ...idxPair('train', classes), ...idxPair('t10k', [2, 0]) };
  const { 'train-labels-idx1-ubyte': _, ...withoutTrainLabels } = both as Record<string, Uint8Array>;
  const { 't10k-images-idx3-ubyte': __, ...withoutTestImages } = both as Record<string, Uint8Array>;

  test.each<[what: string, tree: Tree, file: string, message: string]>([
    ['no files at all', {}, '', 'is empty, expected train-images-idx3-ubyte'],
    ['no labels', withoutTrainLabels, '', 'has no train-labels-idx1-ubyte (or train-labels-idx1-ubyte.gz)'],
    ['half of a test pair', withoutTestImages, '', 'has no t10k-images-idx3-ubyte (or t10k-images-idx3-ubyte.gz)'],
    [
      'fewer labels than pictures',
      { ...both, 'train-labels-idx1-ubyte': idxBytes([2], [0, 1]) },
      'train-labels-idx1-ubyte',
      'expected 7 labels, one a picture, got 2',
    ],
    [
      'a truncated file of pictures',
      { ...both, 'train-images-idx3-ubyte': idxBytes([7, 3, 2], [1, 2, 3]) },
      'train-images-idx3-ubyte',
      'truncated: expected 58 bytes for 7×3×2, got 19',
    ],
    [
      'a wrong magic number',
      { ...both, 'train-images-idx3-ubyte': 'this is no IDX file at all' },
      'train-images-idx3-ubyte',
      'wrong magic: expected 0x00000803, got 0x74686973',
    ],
    [
      'a broken gzip file',
      { ...both, 't10k-labels-idx1-ubyte': gzipSync('x'.repeat(1000)).subarray(0, 15) },
      't10k-labels-idx1-ubyte',
      'not a whole gzip file (unexpected end of file)',
    ],
    [
      'test pictures of another size',
      { ...both, 't10k-images-idx3-ubyte': idxBytes([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]) },
      't10k-images-idx3-ubyte',
      'expected pictures of 2×3 as for training, got 2×2',
    ],
    [
      'a test label that training does not have',
      { ...both, 't10k-labels-idx1-ubyte': idxBytes([2], [0, 9]) },
      't10k-labels-idx1-ubyte',
      'label 9 at position 1 is out of range: expected 0–2',
    ],
    ['one class', idxPair('train', [3, 3, 3]), '', 'expected training pictures of at least 2 classes, got 1'],
    [
      'two sets of files',
      { ...both, 'b-train-images-idx3-ubyte': 'x' },
      '',
      'expected one set of IDX files, found b-train-images-idx3-ubyte and train-images-idx3-ubyte',
    ],
  ])('refuses %s', async (_what, tree, file, message) => {
    const folder = await folderOf(tree);
    expect(await failure(open(`idx:${folder}`))).toMatchObject({
      name: 'EngineError',
      code: 'invalid-data',
      message: `${join(folder, file)}: ${message}`,
    });
  });

  test('refuses a folder that is not there, and a file', async () => {
    const folder = await folderOf({ file: 'x' });
    expect((await failure(open(`idx:${folder}/no`))).message).toBe(`${folder}/no: no such file or folder`);
    expect((await failure(open(`idx:${folder}/file`))).message).toBe(`${folder}/file: is a file, expected a folder`);
  });
});

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import encodeJpeg, { init as initJpegEncoder } from '@jsquash/jpeg/encode.js';
import { describe, expect, test } from 'vitest';
import { failure, folderOf, open, png, type Tree } from './make.ts';

const sha256 = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');

/** Ten pictures a class: `cat/00.png` is of level 0, `dog/00.png` of level 100, and so on. */
const pets: Tree = Object.fromEntries(
  ['dog', 'cat'].flatMap((label) =>
    Array.from({ length: 10 }, (_, i) => [
      `${label}/${String(i).padStart(2, '0')}.png`,
      png((label === 'cat' ? 0 : 100) + i),
    ]),
  ),
);

const reversed = (tree: Tree): Tree => Object.fromEntries(Object.entries(tree).reverse());

describe('CLASS/*', () => {
  test('sorts classes by name, cuts a fifth of each for testing, keeps the names of the files', async () => {
    const data = await open(`images:${await folderOf(pets)}`);
    expect(data).toMatchObject({ name: 'images', labels: ['cat', 'dog'], shape: [32, 32, 3], skipped: [] });
    expect([data.train.length, data.test?.length]).toEqual([16, 4]);
    for (const split of [data.train, data.test]) {
      for (let i = 0; i < (split?.length ?? 0); i++) {
        const file = split?.files?.[i] ?? '';
        expect(file.startsWith(data.labels[split?.classes[i] ?? -1] ?? '?')).toBe(true);
        const level = (file.startsWith('cat') ? 0 : 100) + Number(file.slice(4, 6));
        expect(new Set(split?.pixels.subarray(i * 3072, (i + 1) * 3072))).toEqual(new Set([level]));
      }
    }
    const files = [...(data.train.files ?? []), ...(data.test?.files ?? [])];
    expect(files.sort()).toEqual(Object.keys(pets).sort());
  });

  test('does not depend on where the folder is or in which order its files were written', async () => {
    const one = await open(`images:${await folderOf(pets)}`);
    expect(await open(`images:${await folderOf(reversed(pets))}/`)).toEqual(one);
  });

  test('finds the same test pictures whatever seed trains', async () => {
    const source = `images:${await folderOf(pets)}`;
    expect((await open(source, { seed: 2 })).test).toEqual((await open(source, { seed: 1 })).test);
  });

  test('sha256 is what sha256sum prints, hashed again', async () => {
    const folder = await folderOf(pets);
    const lines = Object.entries(pets).map(([file, content]) => `${sha256(content)}  ${file}\n`);
    const printed = lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('');
    const { sha256: digest } = await open(`images:${folder}`);
    expect(digest).toBe(sha256(printed));
    expect((await open(`images:${folder}`, { limit: 5, size: [8, 8], channels: 'gray', seed: 9 })).sha256).toBe(digest);
  });

  test('a picture that cannot be read is reported, and otherwise as if it were not there', async () => {
    const clean = await folderOf(pets);
    const bad: Tree = {
      'cat/00-broken.png': png(7).subarray(0, 40),
      'cat/notes.txt': 'no picture',
      'dog/99-empty.jpg': '',
    };
    const folder = await folderOf({ ...pets, ...bad, '.hidden/x.png': png(1), 'cat/.DS_Store': 'x' });
    const progress: number[][] = [];
    const data = await open(`images:${folder}`, { onProgress: (done, total) => progress.push([done, total]) });
    const expected = await open(`images:${clean}`);
    expect({ ...data, skipped: [] }).toEqual(expected);
    expect(data.skipped.map(({ file }) => file)).toEqual(Object.keys(bad).sort());
    for (const { reason } of data.skipped) expect(reason).not.toMatch(new RegExp(`${folder}|\\n|undefined`));
    expect(progress).toEqual(Array.from({ length: 23 }, (_, i) => [i + 1, 23]));
  });

  test('leaves out folders inside a class, dangling links and pipes instead of failing or waiting', async () => {
    const folder = await folderOf({ ...pets, 'cat/more/x.png': png(3) });
    await symlink('nowhere', join(folder, 'cat/link.png'));
    execFileSync('mkfifo', [join(folder, 'cat/pipe.png')]);
    const { skipped } = await open(`images:${folder}`);
    expect(skipped).toEqual(
      expect.arrayContaining([
        { file: 'cat/more', reason: 'a folder inside a class' },
        { file: 'cat/link.png', reason: 'no such file or folder' },
        { file: 'cat/pipe.png', reason: 'is not a regular file' },
      ]),
    );
    expect(skipped).toHaveLength(3);
  });

  test('follows links to pictures and classes', async () => {
    const outside = await folderOf({ 'a.png': png(1), 'b.png': png(2) });
    const folder = await folderOf(pets);
    await symlink(outside, join(folder, 'ant'));
    expect((await open(`images:${folder}`)).labels).toEqual(['ant', 'cat', 'dog']);
  });

  test('reads JPEG, of any size, beside PNG, and lays alpha over white', async () => {
    const encoder = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
    await initJpegEncoder(new WebAssembly.Module(readFileSync(encoder)));
    const data = new Uint8ClampedArray(20 * 10 * 4).map((_, i) => [200, 100, 50, 255][i % 4] as number);
    const image = { data, width: 20, height: 10, colorSpace: 'srgb', pixelFormat: 'rgba-unorm8' } as ImageData;
    const jpeg = new Uint8Array(await encodeJpeg(image, { quality: 100 }));
    const tree = { 'a/1.jpg': jpeg, 'a/2': jpeg, 'b/1.png': png([10, 20, 30, 0]), 'b/2.png': png([10, 20, 30, 255]) };
    const { train, test } = await open(`images:${await folderOf(tree)}`, { size: [1, 1] });
    const colours = new Map<string, number[]>();
    for (const split of [train, test]) {
      for (let i = 0; i < (split?.length ?? 0); i++) {
        colours.set(split?.files?.[i] ?? '', [...(split?.pixels.subarray(3 * i, 3 * i + 3) ?? [])]);
      }
    }
    expect(colours.get('b/1.png')).toEqual([255, 255, 255]);
    expect(colours.get('b/2.png')).toEqual([10, 20, 30]);
    for (const file of ['a/1.jpg', 'a/2']) {
      // Y, Cb and Cr are each rounded by up to ½, B is Y + 1.772·Cb and rounded again: ½·2.772 + ½ < 2
      for (const [channel, level] of [200, 100, 50].entries()) {
        expect(Math.abs((colours.get(file)?.[channel] ?? -99) - level)).toBeLessThan(2);
      }
    }
  });
});

describe('train/CLASS/* and test/CLASS/*', () => {
  const split: Tree = {
    'train/b/1.png': png(1),
    'train/a/1.png': png(2),
    'train/a/2.png': png(3),
    'test/b/9.png': png(4),
  };

  test('keeps the split that it finds; a test class may be missing', async () => {
    const data = await open(`images:${await folderOf({ ...split, 'val/a/1.png': png(1), 'readme.txt': 'x' })}`);
    expect(data.labels).toEqual(['a', 'b']);
    expect(data.train.files).toEqual(['train/a/1.png', 'train/a/2.png', 'train/b/1.png']);
    expect(data.test?.files).toEqual(['test/b/9.png']);
    expect([...(data.test?.classes ?? [])]).toEqual([1]);
    expect(data.skipped).toEqual([{ file: 'val', reason: 'beside train and test' }]);
  });

  test('sha256 goes by path, so that test comes before train', async () => {
    const lines = Object.keys(split)
      .sort()
      .map((file) => `${sha256(split[file] ?? '')}  ${file}\n`);
    expect((await open(`images:${await folderOf(split)}`)).sha256).toBe(sha256(lines.join('')));
  });

  test('cuts a test split where there is only train', async () => {
    const tree = Object.fromEntries(Object.entries(pets).map(([file, content]) => [`train/${file}`, content]));
    const data = await open(`images:${await folderOf(tree)}`);
    expect([data.train.length, data.test?.length]).toEqual([16, 4]);
  });

  test('a class may be called train', async () => {
    const data = await open(
      `images:${await folderOf({ 'train/1.png': png(1), 'train/2.png': png(1), 'plane/1.png': png(2) })}`,
    );
    expect(data.labels).toEqual(['plane', 'train']);
  });

  test('refuses a test class that training does not have, and a test folder without pictures', async () => {
    const unknown = await folderOf({ ...split, 'test/c/1.png': png(1) });
    expect((await failure(open(`images:${unknown}`))).message).toBe(
      `${unknown}/test/c: is a class that ${unknown}/train does not have`,
    );
    const { 'test/b/9.png': _, ...train } = split;
    const empty = await folderOf({ ...train, 'test/.keep': '' });
    expect((await failure(open(`images:${empty}`))).message).toBe(`${empty}/test: holds no pictures`);
  });
});

describe('labels.csv', () => {
  const files: Tree = {
    'p/1.png': png(1),
    '2.png': png(2),
    '3.png': png(3),
    '4.png': png(4),
    'not-listed.png': png(5),
  };

  test('gives labels and split', async () => {
    const labels = 'file,label,split\n4.png,dog,test\np/1.png,dog,train\n3.png,cat,train\n2.png,dog,train\n';
    const data = await open(`images:${await folderOf({ ...files, 'labels.csv': labels })}`);
    expect(data.labels).toEqual(['cat', 'dog']);
    expect(data.train.files).toEqual(['2.png', '3.png', 'p/1.png']);
    expect([...data.train.classes]).toEqual([1, 0, 1]);
    expect(data.test?.files).toEqual(['4.png']);
  });

  test('is a part of the content; the order of its lines is not', async () => {
    const rows = ['p/1.png,dog', '2.png,cat', '3.png,cat', '4.png,dog'];
    const digest = async (lines: string[]) => {
      const data = await open(
        `images:${await folderOf({ ...files, 'labels.csv': ['file,label', ...lines].join('\n') })}`,
      );
      return { digest: data.sha256, train: data.train };
    };
    const one = await digest(rows);
    const other = await digest([...rows].reverse());
    expect(other.train).toEqual(one.train);
    expect((await digest(rows.map((row) => row.replace('2.png,cat', '2.png,dog')))).digest).not.toBe(one.digest);
  });

  test('a listed file that is missing is skipped', async () => {
    const labels = 'file,label\n2.png,a\n3.png,b\n4.png,b\nnone.png,a\n';
    const data = await open(`images:${await folderOf({ ...files, 'labels.csv': labels })}`);
    expect(data.skipped).toEqual([{ file: 'none.png', reason: 'no such file or folder' }]);
  });

  test('errors begin with its path', async () => {
    const folder = await folderOf({ ...files, 'labels.csv': 'file,label\n../../etc/passwd,a\n' });
    expect(await failure(open(`images:${folder}`))).toMatchObject({
      code: 'invalid-data',
      message: `${folder}/labels.csv: line 2: file "../../etc/passwd" is not a path inside the folder`,
    });
    const testOnly = await folderOf({ ...files, 'labels.csv': 'file,label,split\n2.png,a,test\n' });
    expect((await failure(open(`images:${testOnly}`))).message).toBe(
      `${testOnly}/labels.csv: lists no file for training`,
    );
  });
});

describe('what cannot be trained on', () => {
  test.each<[what: string, tree: Tree, file: string, message: string | RegExp]>([
    ['an empty folder', {}, '', 'is empty'],
    ['only hidden files', { '.git/config': '' }, '', 'is empty'],
    [
      'pictures without classes',
      { 'a.png': png(1) },
      '',
      'has no folders: expected one a class, or labels.csv, or train and test',
    ],
    [
      'one class',
      { 'a/1.png': png(1), 'a/2.png': png(2) },
      '',
      'expected training pictures of at least 2 classes, got 1',
    ],
    ['a class without a file', { ...pets, 'eel/.keep': '' }, '/eel', 'is a class without a file'],
    [
      'a class without a readable picture',
      { ...pets, 'eel/1.png': 'x', 'eel/2.png': png(1).subarray(0, 30) },
      '',
      /^class "eel": expected at least one readable picture, got none in 2 \(eel\/1\.png: .+\)$/,
    ],
  ])('%s', async (_what, tree, file, message) => {
    const folder = await folderOf(tree);
    const { code, message: found } = await failure(open(`images:${folder}`));
    expect(code).toBe('invalid-data');
    expect(found.slice(0, folder.length + file.length + 2)).toBe(`${folder}${file}: `);
    expect(found.slice(folder.length + file.length + 2)).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  test('a mistake of our own is not swallowed as an unreadable picture', async () => {
    const broken = {
      ready: async () => {},
      decode: () => {
        throw new TypeError('a bug');
      },
    };
    const folder = await folderOf(pets);
    await expect(open(`images:${folder}`, { codecs: broken })).rejects.toThrow('a bug');
  });
});

describe('boxes in labels.csv', () => {
  const lines = (...rows: string[]) => ['file,label,split,xmin,ymin,xmax,ymax', ...rows].join('\n');

  test('are stretched with their pictures', async () => {
    const folder = await folderOf({
      'labels.csv': lines('a.png,cat,train,1,2,3,10', 'b.png,dog,train,0,0,8,16', 'c.png,cat,test,4,8,8,16'),
      'a.png': png(1, 8, 16),
      'b.png': png(2, 8, 16),
      'c.png': png(3, 8, 16),
    });
    const { train, test, skipped } = await open(`images:${folder}`, { size: [32, 32] });
    expect([...(train.boxes ?? [])]).toEqual([4, 4, 12, 20, 0, 0, 32, 32]);
    expect([...(test?.boxes ?? [])]).toEqual([16, 16, 32, 32]);
    expect(skipped).toEqual([]);
    const other = await open(`images:${folder}`, { size: [16, 64] });
    expect([...(other.test?.boxes ?? [])]).toEqual([8, 32, 16, 64]);
  });

  test('that reach out of their pictures leave these out', async () => {
    const folder = await folderOf({
      'labels.csv': lines('a.png,cat,train,1,2,3,4', 'b.png,dog,train,0,0,4,4', 'c.png,dog,train,0,0,4,4.5'),
      'a.png': png(1),
      'b.png': png(2),
      'c.png': png(3),
    });
    const { train, skipped } = await open(`images:${folder}`);
    expect(train.files).toEqual(['a.png', 'b.png']);
    expect(skipped).toEqual([{ file: 'c.png', reason: 'its box reaches 4, 4.5, the picture is 4×4' }]);
  });

  test('are no boxes where the file has none', async () => {
    expect((await open(`images:${await folderOf(pets)}`)).train).not.toHaveProperty('boxes');
  });
});

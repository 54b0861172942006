import { execFileSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeFileAtomic } from '../../../scripts/io/atomic-write.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'borde-write-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('writeFileAtomic', () => {
  test('writes bytes and text, replaces what was there, and leaves nothing else', async () => {
    const path = join(folder, 'model.safetensors');
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7);
    await writeFileAtomic(path, bytes);
    expect(new Uint8Array(await readFile(path))).toEqual(bytes);
    await writeFileAtomic(path, 'Größe');
    expect(await readFile(path, 'utf8')).toBe('Größe');
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });

  test('makes missing parent folders', async () => {
    await writeFileAtomic(join(folder, 'a/b/c.txt'), 'x');
    expect(await readFile(join(folder, 'a/b/c.txt'), 'utf8')).toBe('x');
  });

  test('concurrent writers to one path leave one of their texts, whole', async () => {
    const path = join(folder, 'f');
    const texts = Array.from({ length: 8 }, (_, i) => String(i).repeat(50_000));
    await Promise.all(texts.map((text) => writeFileAtomic(path, text)));
    expect(texts).toContain(await readFile(path, 'utf8'));
    expect(await readdir(folder)).toEqual(['f']);
  });

  test('a failure in the middle removes the temporary and keeps the old file', async () => {
    const path = join(folder, 'f');
    await writeFileAtomic(path, 'old');
    // FileHandle.writeFile takes any iterable, so this one fails after it has written
    const failing = (function* () {
      yield new Uint8Array(10);
      throw new RangeError('no more');
    })();
    await expect(writeFileAtomic(path, failing as unknown as Uint8Array)).rejects.toThrow('no more');
    expect(await readdir(folder)).toEqual(['f']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  test('writes through a symbolic link', async () => {
    await writeFile(join(folder, 'real'), 'old');
    await symlink('real', join(folder, 'link'));
    await writeFileAtomic(join(folder, 'link'), 'new');
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('new');
    expect((await lstat(join(folder, 'link'))).isSymbolicLink()).toBe(true);
  });

  test('refuses a folder and a path through a file, in a sentence that begins with the path', async () => {
    await mkdir(join(folder, 'd'));
    await writeFile(join(folder, 'f'), '');
    await expect(writeFileAtomic(join(folder, 'd'), 'x')).rejects.toMatchObject({
      name: 'EngineError',
      message: `${join(folder, 'd')}: is a folder, expected a file`,
    });
    await expect(writeFileAtomic(join(folder, 'f/g'), 'x')).rejects.toThrow(
      `${join(folder, 'f/g')}: a file is in the way`,
    );
    expect((await readdir(folder)).sort()).toEqual(['d', 'f']);
  });

  test('writes straight into a pipe instead of replacing it', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [, read] = await Promise.all([writeFileAtomic(pipe, 'through'), readFile(pipe, 'utf8')]);
    expect(read).toBe('through');
    expect((await lstat(pipe)).isFIFO()).toBe(true);
  });
});

/** Tensors beside an ONNX model: a folder hands over its own files, and no others. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { EngineError } from '../../../engine/errors.ts';
import { folderReader } from '../../../scripts/io/external-data.ts';

const root = mkdtempSync(join(tmpdir(), 'borde-external-'));
const folder = join(root, 'model');
mkdirSync(join(folder, 'weights'), { recursive: true });
writeFileSync(join(root, 'secret'), 'secret');
writeFileSync(join(folder, 'data.bin'), Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
writeFileSync(join(folder, 'weights', 'a.bin'), Uint8Array.of(9, 10));
symlinkSync(join(root, 'secret'), join(folder, 'link'));
symlinkSync(root, join(folder, 'up'));
symlinkSync('data.bin', join(folder, 'alias'));
symlinkSync('itself', join(folder, 'itself'));
afterAll(() => rmSync(root, { recursive: true }));

const read = folderReader(folder);

describe('a folder', () => {
  test.each([
    ['data.bin', 0, 8, [1, 2, 3, 4, 5, 6, 7, 8]],
    ['data.bin', 6, 2, [7, 8]],
    ['data.bin', 8, 0, []],
    ['./data.bin', 1, 1, [2]],
    ['weights/a.bin', 0, 2, [9, 10]],
    ['weights\\a.bin', 1, 1, [10]],
    ['weights/../data.bin', 0, 1, [1]],
    ['alias', 2, 1, [3]],
  ])('hands over %s from %i', (location, offset, length, bytes) => {
    expect([...read(location, offset, length)]).toEqual(bytes);
  });

  test.each([
    ['../secret', "leads out of the model's folder"],
    ['weights/../../secret', "leads out of the model's folder"],
    ['..\\secret', "leads out of the model's folder"],
    ['../../../../../../../../etc/passwd', "leads out of the model's folder"],
    ['/etc/passwd', "leads out of the model's folder"],
    ['C:\\secret', "leads out of the model's folder"],
    ['data.bin\0', "leads out of the model's folder"],
    ['link', "leads out of the model's folder"],
    ['up/secret', "leads out of the model's folder"],
    ['.', "leads out of the model's folder"],
    ['weights', 'is no regular file'],
    ['absent.bin', 'no such file'],
    ['data.bin/more', ''],
    ['itself', ''],
  ])('refuses %j', (location, sentence) => {
    const attempt = () => read(location, 0, 1);
    expect(attempt).toThrow(EngineError);
    expect(attempt).toThrow(`external data ${JSON.stringify(location)}: `);
    expect(attempt).toThrow(sentence);
  });

  test.each([
    [9, 1, 'expected bytes 9 to 10, the file has 8'],
    [4, 5, 'expected bytes 4 to 9, the file has 8'],
    [0, 2 ** 40, 'expected bytes 0 to 1099511627776, the file has 8'],
    [2 ** 52, 1, 'the file has 8'],
  ])('refuses bytes from %i, %i of them', (offset, length, sentence) => {
    expect(() => read('data.bin', offset, length)).toThrow(sentence);
  });
});

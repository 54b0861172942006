import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failure, folderOf, open } from './make.ts';

/** A record whose red, green and blue planes count from 0, 100 and 200 by row. */
function record(...labels: number[]): Uint8Array {
  const planes = [0, 100, 200].flatMap((base) => Array.from({ length: 1024 }, (_, i) => base + Math.floor(i / 32)));
  return Uint8Array.from([...labels, ...planes]);
}
const batch = (...labels: number[]) => Buffer.concat(labels.map((label) => record(label)));

describe('cifar:DIR', () => {
  test('reads CIFAR-10: batches by number, planes interleaved, names where there are some', async () => {
    const tree = {
      'data_batch_10.bin': batch(2),
      'data_batch_2.bin': batch(1, 0),
      'test_batch.bin': batch(1),
      'batches.meta.txt': 'cat\ndog\nship\n\n',
    };
    const data = await open(`cifar:${await folderOf(tree)}`);
    expect(data).toMatchObject({ name: 'cifar', labels: ['cat', 'dog', 'ship'], shape: [32, 32, 3] });
    expect([...data.train.classes]).toEqual([1, 0, 2]);
    expect([...(data.test?.classes ?? [])]).toEqual([1]);
    expect([...data.train.pixels.subarray(0, 3)]).toEqual([0, 100, 200]);
    expect([...data.train.pixels.subarray(3 * 32 * 31, 3 * 32 * 31 + 3)]).toEqual([31, 131, 231]);
    const bytes = Buffer.concat([batch(1, 0), batch(2), batch(1)]);
    expect(data.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test('knows the ten names by itself, and cuts a test split where there is none', async () => {
    const folder = await folderOf({ 'data_batch_1.bin': batch(...Array.from({ length: 20 }, (_, i) => 8 + (i % 2))) });
    const data = await open(`cifar:${folder}`);
    expect(data.labels[8]).toBe('ship');
    expect([data.train.length, data.test?.length]).toEqual([16, 4]);
  });

  test('takes the fine label of CIFAR-100', async () => {
    const folder = await folderOf({
      'train.bin': Buffer.concat([record(3, 99), record(4, 7)]),
      'test.bin': record(3, 99),
    });
    const data = await open(`cifar:${folder}`);
    expect([...data.train.classes]).toEqual([99, 7]);
    expect(data.labels).toHaveLength(100);
  });

  test.each<[what: string, tree: Record<string, Uint8Array | string>, file: string, message: string]>([
    ['an empty folder', {}, '', 'is empty'],
    ['a folder of something else', { 'x.txt': 'x' }, '', 'has neither data_batch_1.bin nor train.bin'],
    [
      'half a record',
      { 'data_batch_1.bin': batch(0, 1).subarray(0, 4000) },
      'data_batch_1.bin',
      'truncated: expected 6146 bytes (2 × 3073), got 4000',
    ],
    ['no record', { 'data_batch_1.bin': '' }, 'data_batch_1.bin', 'truncated: expected 3073 bytes (1 × 3073), got 0'],
    [
      'a label without a name',
      { 'data_batch_1.bin': batch(0, 10) },
      'data_batch_1.bin',
      'label 10 at position 1 is out of range: expected 0–9',
    ],
    ['one class', { 'data_batch_1.bin': batch(4, 4) }, '', 'expected training pictures of at least 2 classes, got 1'],
    [
      'no names',
      { 'data_batch_1.bin': batch(0, 1), 'batches.meta.txt': '\n' },
      'batches.meta.txt',
      'holds no names of classes',
    ],
  ])('refuses %s', async (_what, tree, file, message) => {
    const folder = await folderOf(tree);
    expect(await failure(open(`cifar:${folder}`))).toMatchObject({
      code: 'invalid-data',
      message: `${join(folder, file)}: ${message}`,
    });
  });
});

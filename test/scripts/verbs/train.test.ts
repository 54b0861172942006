import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { parseModel } from '../../../engine/model-file.ts';
import { borde, temporaryFolder } from '../cli.ts';

const small = ['--data', 'mnist', '--limit', '600', '--seed', '3', '--simd', 'baseline'];
const train = (out: string, ...more: string[]) =>
  borde(['train', ...small, '--model', 'lenet', '--epochs', '3', '--out', out, '--json', ...more]);
const lines = (text: string) => text.split('\n').map((line) => JSON.parse(line) as Record<string, number>);

describe('the same training gives the same file', () => {
  test('at any number of threads, under any name, after an interruption', async () => {
    const folder = temporaryFolder();
    const path = (name: string) => join(folder, name);
    const whole = await train(path('whole.safetensors'), '--threads', '1');
    expect(whole.err).toBe('');
    expect(whole.code).toBe(0);
    const epochs = lines(whole.out);
    expect(epochs.map((record) => record.epoch)).toEqual([1, 2, 3]);
    expect(Object.keys(epochs[0]!)).toEqual([
      'epoch',
      'seconds',
      'imagesPerSecond',
      'trainLoss',
      'valLoss',
      'valAccuracy',
    ]);
    expect(epochs[2]!.trainLoss!).toBeLessThan(epochs[0]!.trainLoss!);
    const bytes = readFileSync(path('whole.safetensors'));

    expect((await train(path('other.safetensors'), '--threads', '3')).code).toBe(0);
    expect(readFileSync(path('other.safetensors')).equals(bytes)).toBe(true);

    const cut = await borde(
      ['train', ...small, '--model', 'lenet', '--epochs', '3', '--out', path('cut.safetensors'), '--json'],
      (_, interrupt) => interrupt(),
    );
    expect(cut.code).toBe(1);
    expect(cut.err).toContain('--resume');
    expect(existsSync(path('cut.safetensors'))).toBe(false);
    const resumed = await borde(['train', '--resume', path('cut.safetensors.checkpoint'), '--json', '--threads', '2']);
    expect(resumed.err).toBe('');
    expect(lines(resumed.out).map((record) => record.epoch)).toEqual([2, 3]);
    expect(readFileSync(path('cut.safetensors')).equals(bytes)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['cut.safetensors', 'other.safetensors', 'whole.safetensors']);
  });

  test('after a kill without warning', async () => {
    const folder = temporaryFolder();
    const [killed, whole] = ['killed', 'whole'].map((name) => join(folder, `${name}.safetensors`)) as [string, string];
    const args = [
      'train',
      ...small,
      '--model',
      'resnet8',
      '--size',
      '14,14',
      '--channels',
      'gray',
      '--epochs',
      '3',
      '--out',
    ];
    const bin = new URL('../../../scripts/bin.js', import.meta.url).pathname;
    const child = spawn(process.execPath, [bin, ...args, killed], { stdio: 'ignore' });
    while (!existsSync(`${killed}.checkpoint`)) await setTimeout(10);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect((await borde(['train', '--resume', `${killed}.checkpoint`])).code).toBe(0);
    expect((await borde([...args, whole])).code).toBe(0);
    expect(readFileSync(killed).equals(readFileSync(whole))).toBe(true);
  });

  test('and another seed gives another', async () => {
    const folder = temporaryFolder();
    for (const seed of ['3', '4']) await train(join(folder, seed), '--seed', seed, '--epochs', '1');
    expect(readFileSync(join(folder, '3')).equals(readFileSync(join(folder, '4')))).toBe(false);
  });
});

test.each([
  ['sgd', 'step'],
  ['adamw', 'one-cycle'],
  ['adam', 'constant'],
])('%s with schedule %s learns', async (optimizer, schedule) => {
  const out = join(temporaryFolder(), 'model');
  const { out: text } = await train(
    out,
    '--optimizer',
    optimizer,
    '--schedule',
    schedule,
    '--weight-decay',
    '0.001',
    '--label-smoothing',
    '0.05',
  );
  expect(lines(text).at(-1)!.valAccuracy!).toBeGreaterThan(0.6);
});

test('the model file says how it was made, without any path', async () => {
  const folder = temporaryFolder();
  await train(join(folder, 'model'), '--epochs', '1', '--report', join(folder, 'report'));
  const { card } = parseModel(readFileSync(join(folder, 'model')));
  expect(card.provenance?.command).toBe(
    'borde train --data mnist --model lenet --epochs 1 --batch 64 --lr 0.002 --optimizer adam --schedule cosine --weight-decay 0 --label-smoothing 0 --limit 600 --seed 3 --simd baseline',
  );
  expect(card.provenance?.data).toMatchObject({ name: 'mnist', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(card.labels).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  expect(JSON.stringify(card)).not.toContain(folder);
  expect(readdirSync(join(folder, 'report')).sort()).toEqual([
    'confusion.svg',
    'curves.svg',
    'index.html',
    'metrics.json',
  ]);
});

test('early stopping keeps the best epoch', async () => {
  const folder = temporaryFolder();
  // A rate this low changes nothing that the validation pictures would show: the first epoch stays the best.
  const { out } = await train(join(folder, 'model'), '--epochs', '50', '--lr', '1e-9', '--early-stop', '2');
  expect(lines(out)).toHaveLength(3);
});

describe('bad input is one sentence and leaves nothing behind', () => {
  const withFolder = (make: (folder: string) => void, args: (folder: string) => string[]) => async () => {
    const folder = temporaryFolder();
    make(folder);
    const before = readdirSync(folder).sort();
    const outcome = await borde(['train', '--out', join(folder, 'out'), ...args(folder)]);
    expect(readdirSync(folder).sort()).toEqual(before);
    expect(outcome.err.split('\n')).toHaveLength(1);
    expect(outcome.err).not.toMatch(/\bat .*:\d+:\d+/);
    return outcome;
  };
  const nothing = () => {};

  test.each<[string, (folder: string) => void, (folder: string) => string[], number, RegExp]>([
    ['no data', nothing, () => ['--model', 'lenet'], 2, /--data is missing/],
    ['an unknown data set', nothing, () => ['--data', 'mnst', '--model', 'lenet'], 1, /mnst.*mnist/],
    ['a missing folder', nothing, (f) => ['--data', `images:${f}/none`, '--model', 'lenet'], 1, /none/],
    ['an empty folder', nothing, (f) => ['--data', `images:${f}`, '--model', 'lenet'], 1, /borde-test/],
    ['an unknown architecture', nothing, () => ['--data', 'mnist', '--model', 'lenett'], 1, /lenett.*lenet/],
    ['a wrong flag', nothing, () => ['--data', 'mnist', '--model', 'lenet', '--epoch', '3'], 2, /epoch/],
    [
      'a value out of range',
      nothing,
      () => ['--data', 'mnist', '--model', 'lenet', '--label-smoothing', '2'],
      2,
      /label-smoothing/,
    ],
    [
      'a graph file that is no JSON',
      (f) => writeFileSync(`${f}/g.json`, '{'),
      (f) => ['--data', 'mnist', '--model', `${f}/g.json`],
      1,
      /g\.json.*JSON/,
    ],
    [
      'a checkpoint that is none',
      (f) => writeFileSync(`${f}/c`, 'no'),
      (f) => ['--resume', `${f}/c`],
      1,
      /c: .*safetensors/,
    ],
    [
      'a rate that explodes',
      nothing,
      () => [...small, '--model', 'lenet', '--optimizer', 'sgd', '--lr', '1000', '--weight-decay', '100'],
      1,
      /loss is.*--lr/,
    ],
  ])('%s', async (_, make, args, code, message) => {
    const outcome = await withFolder(make, args)();
    expect(outcome.err).toMatch(message);
    expect(outcome.code).toBe(code);
  });

  test('a flag that contradicts the checkpoint', async () => {
    const folder = temporaryFolder();
    const out = join(folder, 'cut');
    await borde(['train', ...small, '--model', 'lenet', '--epochs', '3', '--out', out, '--json'], (_, interrupt) =>
      interrupt(),
    );
    const { code, err } = await borde(['train', '--resume', `${out}.checkpoint`, '--lr', '0.5']);
    expect(code).toBe(2);
    expect(err).toMatch(/--lr 0.5 contradicts.*0.002/);
    expect(readdirSync(folder)).toEqual(['cut.checkpoint']);
  });
});

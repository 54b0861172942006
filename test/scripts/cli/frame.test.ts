/** What all verbs share: usage, refusals, how a mistake is told. */
import { describe, expect, test } from 'vitest';
import { createCli } from '../../../scripts/borde.ts';
import type { Io } from '../../../scripts/cli/verb.ts';
import { borde } from '../cli.ts';

const verbs = ['train', 'evaluate', 'predict', 'run', 'import', 'export', 'inspect', 'bench', 'convolve'];

describe('help', () => {
  test('lists every verb, on standard output', async () => {
    const { code, out, err } = await borde(['--help']);
    expect([code, err]).toEqual([0, '']);
    for (const verb of verbs) expect(out).toMatch(new RegExp(`^ {2}${verb} `, 'm'));
  });

  test('is shown where a verb is missing: wrong usage, line by line, nothing on standard output', async () => {
    const { code, out, err } = await borde([]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe((await borde(['--help'])).out);
  });

  test.each(verbs)('help %s is %s --help', async (verb) => {
    expect(await borde(['help', verb])).toEqual(await borde([verb, '--help']));
  });

  test.each([
    ['predict', ['--top-k', '5'], ['--threshold', '0'], ['--simd', 'auto']],
    ['bench', ['--runs', '100'], ['--warmup', '20'], ['--batch', '1'], ['--simd', 'auto']],
    ['convolve', ['--padding', 'same'], ['--border', 'reflect'], ['--stride', '1'], ['--output', 'clip']],
  ])('of %s shows the defaults', async (verb, ...flags) => {
    const text = (await borde([verb, '--help'])).out.replace(/\s+/g, ' ');
    for (const [flag, value] of flags) {
      expect(text).toMatch(new RegExp(`${flag} <[^-]*default: "?${value}"?\\)`));
    }
  });

  test('--version is the package’s', async () => {
    expect((await borde(['--version'])).out).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe('wrong usage is one line and exit 2', () => {
  test.each([
    ['a misspelt verb', ['predcit'], 'Did you mean predict?'],
    ['an unknown verb', ['paint'], "'paint'"],
    ['a misspelt flag', ['inspect', 'm', '--plam'], 'Did you mean --plan?'],
    ['a missing argument', ['inspect'], 'model'],
    ['one argument too many', ['inspect', 'a', 'b'], 'too many'],
    ['a flag without its value', ['bench', 'm', '--runs'], '--runs'],
    ['a missing flag', ['convolve', 'a.png'], '--filter'],
    ['an integer below its range', ['bench', 'm', '--runs', '0'], 'from 1 to 1000000'],
    ['no integer', ['bench', 'm', '--batch', '1.5'], 'from 1 to 4096'],
    ['an empty number', ['bench', 'm', '--warmup', ''], 'a number'],
    ['no number', ['predict', 'm', 'i', '--threshold', 'high'], 'a number'],
    ['a number out of its range', ['predict', 'm', 'i', '--threshold', '1.01'], 'from 0 to 1'],
    ['no choice', ['run', 'm', '--simd', 'fastest'], 'auto, baseline, relaxed'],
  ])('%s', async (_, args, part) => {
    const { code, out, err } = await borde(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^borde: .+$/);
    expect(err).toContain(part);
  });
});

describe('what is announced is refused by name', () => {
  test.each([
    [['transfer', '--data', 'x']],
    [['compare']],
    [['decode', 'a.jpg']],
    [['publish', 'm']],
    [['jobs', 'list']],
    [['sign', 'w=1', 'k']],
    [['help', 'transfer']],
    [['transfer', '--help']],
    [['predict', 'm', 'i', '--fast']],
    [['predict', 'm', 'i', '--fast=1']],
    [['train', '--fast']],
    [['bench', 'm', '--fast']],
  ])('%j', async (args) => {
    const { code, out, err } = await borde(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^borde: \S+ comes with a later version$/);
  });

  test('but not where it is a file’s name', async () => {
    const { code, err } = await borde(['predict', '--', 'none.safetensors', '--fast']);
    expect([code, err]).toEqual([1, 'borde: none.safetensors: no such file or folder']);
  });
});

describe('a mistake of our own', () => {
  /** A screen that breaks when it is written to. */
  const broken = (notes: string[]): Io => ({
    out() {
      throw new TypeError('x is not a function');
    },
    note: (text) => void notes.push(text),
    isTerminal: false,
    now: () => 0,
    onInterrupt: () => () => {},
  });
  const graph = new URL('../../../examples/dense-against-conv.json', import.meta.url).pathname;

  test('is one line, and shows its place with BORDE_DEBUG', async () => {
    const before = process.env.BORDE_DEBUG;
    try {
      delete process.env.BORDE_DEBUG;
      const notes: string[] = [];
      expect(await createCli(broken(notes))(['inspect', graph])).toBe(1);
      expect(notes).toEqual([expect.stringMatching(/^borde: a mistake of borde itself: x is not a function/)]);
      process.env.BORDE_DEBUG = '1';
      await createCli(broken(notes))(['inspect', graph]);
      expect(notes.at(-1)).toMatch(/^TypeError[\s\S]*\n {4}at /);
    } finally {
      if (before === undefined) delete process.env.BORDE_DEBUG;
      else process.env.BORDE_DEBUG = before;
    }
  });
});

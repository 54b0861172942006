/** What examples/README.md shows is what comes out, command by command: what one writes, a later one may read. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { borde } from '../cli.ts';

const written = mkdtempSync(join(tmpdir(), 'borde-test-'));
afterAll(() => rmSync(written, { recursive: true, force: true }));

const folder = new URL('../../../', import.meta.url).pathname;
const readme = readFileSync(`${folder}examples/README.md`, 'utf8');

/** A command after `$ npx `, and what the page says that it prints. */
const shown = [...readme.matchAll(/^\$ npx borde (.+)\n([\s\S]*?)\n?```$/gm)].map(
  ([, command, output]) => [command, output] as [string, string],
);

/** A path of the checkout, or that of a model which a command writes. */
const placed = (word: string) => {
  if (/^(examples|models)\//.test(word)) return folder + word;
  return /\.(onnx|safetensors)$/.test(word) ? join(written, word) : word;
};

/** Words as a shell would split them: single quotes hold together. */
const words = (command: string) =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? placed(bare!));

test('shows commands', () => expect(shown.length).toBeGreaterThanOrEqual(7));

test.each(shown)('borde %s', async (command, expected) => {
  const { code, out, err } = await borde(words(command));
  expect([code, err]).toEqual([0, '']);
  expect(out.replaceAll(join(written, '/'), '')).toBe(expected);
});

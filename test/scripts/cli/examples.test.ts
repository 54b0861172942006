/** What examples/README.md shows is what comes out. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { borde } from '../cli.ts';

const folder = new URL('../../../', import.meta.url).pathname;
const readme = readFileSync(`${folder}examples/README.md`, 'utf8');

/** A command after `$ npx `, and what the page says that it prints. */
const shown = [...readme.matchAll(/^\$ npx borde (.+)\n([\s\S]*?)\n?```$/gm)].map(
  ([, command, output]) => [command, output] as [string, string],
);

/** Words as a shell would split them: single quotes hold together, a path is the checkout's. */
const words = (command: string) =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? (/^(examples|models)\//.test(bare!) ? folder + bare : bare!),
  );

test('shows commands', () => expect(shown.length).toBeGreaterThanOrEqual(4));

test.each(shown)('borde %s', async (command, expected) => {
  const { code, out, err } = await borde(words(command));
  expect([code, err]).toEqual([0, '']);
  expect(out).toBe(expected);
});

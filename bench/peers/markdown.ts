/** Puts tables into docs/benchmarks.md, each block between two comments: the rest of the file is written by hand. */
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../../docs/benchmarks.md', import.meta.url);

/** Command → the comments that its block stands between. */
export const blocks = {
  bench: ['<!-- bench:begin, written by npm run bench -- --markdown -->', '<!-- bench:end -->'],
  augment: ['<!-- augment:begin, written by npm run bench -- augment --markdown -->', '<!-- augment:end -->'],
  photo: ['<!-- photo:begin, written by npm run bench -- photo --markdown -->', '<!-- photo:end -->'],
} as const;

/** @throws Error where the file has lost its comments */
export function replaceBlock(text: string, name: keyof typeof blocks, block: string): string {
  const [first, last] = blocks[name];
  const [begin, end] = [text.indexOf(first), text.indexOf(last)];
  if (begin < 0 || end < begin) throw new Error(`docs/benchmarks.md: expected the comments ${first} and ${last}`);
  return `${text.slice(0, begin + first.length)}\n\n${block}\n\n${text.slice(end)}`;
}

export const writeMarkdown = (name: keyof typeof blocks, block: string): void =>
  writeFileSync(file, replaceBlock(readFileSync(file, 'utf8'), name, block));

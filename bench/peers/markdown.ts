/** Puts the tables into docs/benchmarks.md, between two comments: the rest of the file is written by hand. */
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../../docs/benchmarks.md', import.meta.url);

export const BEGIN = '<!-- bench:begin, written by npm run bench -- --markdown -->';
export const END = '<!-- bench:end -->';

/** @throws Error where the file has lost its comments */
export function replaceBlock(text: string, block: string): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/benchmarks.md: expected the comments ${BEGIN} and ${END}`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${block}\n\n${text.slice(end)}`;
}

export const writeMarkdown = (block: string): void =>
  writeFileSync(file, replaceBlock(readFileSync(file, 'utf8'), block));

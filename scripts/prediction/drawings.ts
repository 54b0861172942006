/** Where `predict --draw` writes: a file for one picture, or a folder with a PNG for each. */
import { realpath, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { clashing, stemOf } from '../augmentation/pictures.ts';
import { UsageError } from '../cli/verb.ts';
import { extensionOf, type ImageFormat } from '../encoders.ts';

export interface Drawing {
  readonly path: string;
  readonly format: ImageFormat;
}

/** What people write beside the extensions that we write. */
const extensions: ReadonlyMap<string, ImageFormat> = new Map([
  ...Object.entries(extensionOf).map(([format, extension]) => [`.${extension}`, format as ImageFormat] as const),
  ['.jpeg', 'jpeg'],
]);

/**
 * A place for the drawing of every picture, in their order. A path that ends in a slash, or is a folder, takes NAME.png of
 * each; any other takes one picture, in the format of its extension.
 * @param others further files that are read, and must not be written over
 * @throws UsageError
 */
export async function drawingsFor(
  path: string,
  pictures: readonly string[],
  others: readonly string[] = [],
): Promise<readonly Drawing[]> {
  const drawings = (await isFolder(path)) ? inFolder(path, pictures) : [asFile(path, pictures)];
  const read = new Map(
    await Promise.all([...pictures, ...others].map(async (file) => [await real(file), file] as const)),
  );
  for (const drawing of drawings) {
    const input = read.get(await real(drawing.path));
    if (input !== undefined) throw new UsageError(`--draw ${path}: would write over ${input}`);
  }
  return drawings;
}

const isFolder = async (path: string): Promise<boolean> =>
  /[/\\]$/.test(path) || ((await stat(path).catch(() => undefined))?.isDirectory() ?? false);

function inFolder(folder: string, pictures: readonly string[]): Drawing[] {
  const names = pictures.map((picture) => basename(picture));
  const clash = clashing(names);
  if (clash) throw new UsageError(`--draw ${folder}: ${clash[0]} and ${clash[1]} would be written under one name`);
  return names.map((name) => ({ path: join(folder, `${stemOf(name)}.png`), format: 'png' }));
}

function asFile(path: string, pictures: readonly string[]): Drawing {
  if (pictures.length > 1) {
    throw new UsageError(`--draw ${path}: ${pictures.length} pictures need a folder, such as --draw drawn/`);
  }
  const format = extensions.get(extname(path).toLowerCase());
  if (format) return { path, format };
  throw new UsageError(
    `--draw ${path}: expected a name that ends in ${[...extensions.keys()].join(', ')}, or a folder`,
  );
}

/** The file itself, links followed, also where it is yet to be written. */
const real = async (path: string): Promise<string> => realpath(path).catch(() => resolve(path));

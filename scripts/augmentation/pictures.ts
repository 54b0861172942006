/** The pictures that an augmentation run works on: one file, or all of a folder and the folders in it. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { EngineError } from '../../engine/errors.ts';
import { namedFileError } from '../io/file-error.ts';
import { byName } from '../training/data-sets/files.ts';

const extensions = /\.(png|jpe?g)$/i;
const masks = /\.mask\.[a-z]+$/i;

export interface PictureList {
  /** Folder that the names are relative to. */
  readonly folder: string;
  /** With `/`, sorted by code unit, hidden ones and masks left out. */
  readonly files: readonly string[];
  /** Every other file, by its name: sidecars are looked up here. */
  readonly others: ReadonlySet<string>;
}

/** @throws EngineError `invalid-data` where there is no picture */
export async function listPictures(path: string): Promise<PictureList> {
  try {
    const isFile = (await stat(path)).isFile();
    const folder = isFile ? dirname(path) : path;
    const names = isFile ? await readdir(folder) : await readdir(folder, { recursive: true });
    const visible = names.map((name) => name.replaceAll('\\', '/')).filter((name) => !/(^|\/)\./.test(name));
    const isPicture = (name: string) => extensions.test(name) && !masks.test(name);
    const files = isFile ? [basename(path)] : visible.filter(isPicture).sort(byName);
    if (files.length === 0) throw new EngineError('invalid-data', `${path}: holds no PNG or JPEG`);
    return { folder, files, others: new Set(visible.filter((name) => !isPicture(name))) };
  } catch (error) {
    throw namedFileError(error, path, 'invalid-data');
  }
}

/** `a/b.c.jpg` → `a/b.c`. */
export function stemOf(file: string): string {
  return file.replace(/\.[^./]+$/, '');
}

/** Pictures whose outputs would have one name; nothing where there are none. */
export function clashing(files: readonly string[]): readonly [string, string] | undefined {
  const byStem = new Map<string, string>();
  for (const file of files) {
    const other = byStem.get(stemOf(file));
    if (other !== undefined) return [other, file];
    byStem.set(stemOf(file), file);
  }
  return undefined;
}

/**
 * What `images:DIR` holds, before a picture is opened. Three layouts, tried in this order: `labels.csv`;
 * `train/CLASS/*` with or without `test/CLASS/*`; `CLASS/*`. Hidden files are ignored, symbolic links followed.
 */
import { join } from 'node:path';
import type { ExampleBox, Skipped } from './data-set.ts';
import { byName, invalidData, kindOf, listFolder, readBytes } from './files.ts';
import { parseLabels } from './labels-csv.ts';

export interface ListedFile {
  /** Path below the folder, with `/`. */
  readonly file: string;
  readonly label: string;
  /** Where labels.csv has one. */
  readonly box?: ExampleBox;
}

export interface ImageFolder {
  /** Names of the classes, sorted by code unit. */
  readonly labels: readonly string[];
  readonly train: readonly ListedFile[];
  readonly test: readonly ListedFile[] | undefined;
  readonly skipped: readonly Skipped[];
  /** The file of labels, where the layout has one: a part of the content. */
  readonly labelsFile: string | undefined;
}

/**
 * Lists the files of a folder of pictures, sorted by path.
 * @param unlabelled pictures that lie in the folder itself will do, too: all of one class without a name
 * @throws EngineError `invalid-data` where no layout fits
 */
export async function listImageFolder(folder: string, unlabelled = false): Promise<ImageFolder> {
  const names = await listFolder(folder);
  if (names.length === 0) throw invalidData(folder, 'is empty');
  if (names.includes('labels.csv')) return fromLabels(folder);

  const classes = await foldersIn(folder, '');
  if (classes.includes('train') && (await foldersIn(folder, 'train')).length > 0) return fromSplits(folder, classes);
  if (classes.length === 0 && unlabelled) {
    const files = names.map((file) => ({ file, label: '' }));
    return { labels: [''], train: files, test: undefined, skipped: [], labelsFile: undefined };
  }
  if (classes.length === 0) {
    throw invalidData(folder, 'has no folders: expected one a class, or labels.csv, or train and test');
  }
  const all = await listClasses(folder, '', classes);
  return { labels: classes, train: all.files, test: undefined, skipped: all.skipped, labelsFile: undefined };
}

async function fromLabels(folder: string): Promise<ImageFolder> {
  const path = join(folder, 'labels.csv');
  const rows = parseLabels((await readBytes(path)).toString('utf8'), path).sort((a, b) => byName(a.file, b.file));
  const test = rows.filter(({ split }) => split === 'test');
  const labels = [...new Set(rows.map(({ label }) => label))].sort(byName);
  const train = rows.filter(({ split }) => split !== 'test');
  if (train.length === 0) throw invalidData(path, 'lists no file for training');
  return { labels, train, test: test.length > 0 ? test : undefined, skipped: [], labelsFile: 'labels.csv' };
}

async function fromSplits(folder: string, found: readonly string[]): Promise<ImageFolder> {
  const labels = await foldersIn(folder, 'train');
  const train = await listClasses(folder, 'train/', labels);
  const skipped = [...train.skipped];
  for (const name of found) {
    if (name !== 'train' && name !== 'test') skipped.push({ file: name, reason: 'beside train and test' });
  }
  if (!found.includes('test')) return { labels, train: train.files, test: undefined, skipped, labelsFile: undefined };

  const testClasses = await foldersIn(folder, 'test');
  const unknown = testClasses.find((name) => !labels.includes(name));
  if (unknown !== undefined) {
    throw invalidData(join(folder, 'test', unknown), `is a class that ${join(folder, 'train')} does not have`);
  }
  const test = await listClasses(folder, 'test/', testClasses);
  skipped.push(...test.skipped);
  if (test.files.length === 0) throw invalidData(join(folder, 'test'), 'holds no pictures');
  return { labels, train: train.files, test: test.files, skipped, labelsFile: undefined };
}

/** Names of the folders in folder/below, sorted. */
async function foldersIn(folder: string, below: string): Promise<string[]> {
  const path = join(folder, below);
  const names = await listFolder(path);
  const kinds = await Promise.all(names.map((name) => kindOrOther(join(path, name))));
  return names.filter((_, i) => kinds[i] === 'folder');
}

/** A link that leads nowhere is no reason to refuse the whole folder. */
const kindOrOther = (path: string): Promise<'file' | 'folder' | 'other'> => kindOf(path).catch(() => 'other');

async function listClasses(folder: string, prefix: string, classes: readonly string[]) {
  const files: ListedFile[] = [];
  const skipped: Skipped[] = [];
  for (const label of classes) {
    const path = join(folder, prefix, label);
    const names = await listFolder(path);
    if (names.length === 0) throw invalidData(path, 'is a class without a file');
    for (const name of names) {
      const file = `${prefix}${label}/${name}`;
      if ((await kindOrOther(join(path, name))) === 'folder') skipped.push({ file, reason: 'a folder inside a class' });
      else files.push({ file, label });
    }
  }
  return { files, skipped };
}

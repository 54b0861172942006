/**
 * `idx:DIR`: a folder with MNIST's four files, plain or gzipped: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
 * and the same with `t10k` or `test`. A prefix (`emnist-letters-train-…`) and `.idx3` for `-idx3` are understood.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Example, Found, Source } from './data-set.ts';
import { invalidData, listFolder } from './files.ts';
import { type IdxFile, readIdx } from './idx-file.ts';

export const idx: Source = {
  folder: 'train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (or .gz)',
  find: (folder) => findIdx(folder, { source: 'a folder of IDX files', licence: 'unknown' }),
};

export interface IdxFacts {
  readonly source: string;
  readonly licence: string;
  /** Names of the classes; default: the numbers 0…n−1 up to the highest training label. */
  readonly labels?: readonly string[];
}

/**
 * Reads the pair of training files and, where there is one, the pair of test files: gray pictures.
 * `sha256` is of the unpacked files one after the other: training pictures, training labels, test pictures, test labels.
 * @throws EngineError `invalid-data`: files missing, damaged, or not fitting each other
 */
export async function findIdx(folder: string, facts: IdxFacts): Promise<Found> {
  const paths = await findPairs(folder);
  const train = await readPair(paths.train);
  const test = paths.test && (await readPair(paths.test));
  if (test !== undefined) checkSameSize(train.images, test.images);

  const labels = facts.labels ?? numbersUpTo(train.labels.data);
  for (const pair of test === undefined ? [train] : [train, test]) checkLabels(pair.labels, labels.length);

  const hash = createHash('sha256').update(train.images.bytes).update(train.labels.bytes);
  if (test !== undefined) hash.update(test.images.bytes).update(test.labels.bytes);
  return {
    labels,
    train: examples(train),
    test: test && examples(test),
    source: facts.source,
    licence: facts.licence,
    sha256: hash.digest('hex'),
    skipped: [],
  };
}

interface PairPaths {
  readonly images: string;
  readonly labels: string;
}

interface Pair {
  readonly images: IdxFile;
  readonly labels: IdxFile;
}

async function findPairs(folder: string): Promise<{ train: PairPaths; test: PairPaths | undefined }> {
  const names = await listFolder(folder);
  const find = (splits: string, what: 'images' | 'labels'): string | undefined => {
    const dimensions = what === 'images' ? 3 : 1;
    const pattern = new RegExp(`^(.*[-_.])?(${splits})-${what}[-.]idx${dimensions}-ubyte(\\.gz)?$`);
    const matches = names.filter((name) => pattern.test(name));
    const plain = matches.filter((name) => !name.endsWith('.gz') || !matches.includes(name.slice(0, -3)));
    if (plain.length > 1) throw invalidData(folder, `expected one set of IDX files, found ${plain.join(' and ')}`);
    return plain[0] && join(folder, plain[0]);
  };
  const need = (name: string): never => {
    throw invalidData(folder, names.length === 0 ? `is empty, expected ${name}` : `has no ${name} (or ${name}.gz)`);
  };

  const train = {
    images: find('train', 'images') ?? need('train-images-idx3-ubyte'),
    labels: find('train', 'labels') ?? need('train-labels-idx1-ubyte'),
  };
  const images = find('t10k|test', 'images');
  const labels = find('t10k|test', 'labels');
  if (images === undefined && labels === undefined) return { train, test: undefined };
  return {
    train,
    test: { images: images ?? need('t10k-images-idx3-ubyte'), labels: labels ?? need('t10k-labels-idx1-ubyte') },
  };
}

async function readPair(paths: PairPaths): Promise<Pair> {
  const images = await readIdx(paths.images, 3);
  const labels = await readIdx(paths.labels, 1);
  if (images.shape[0] !== labels.shape[0]) {
    throw invalidData(paths.labels, `expected ${images.shape[0]} labels, one a picture, got ${labels.shape[0]}`);
  }
  return { images, labels };
}

function checkSameSize(train: IdxFile, test: IdxFile): void {
  const [expected, got] = [train, test].map(({ shape }) => `${shape[2]}×${shape[1]}`);
  if (expected !== got) throw invalidData(test.path, `expected pictures of ${expected} as for training, got ${got}`);
}

function checkLabels({ data, path }: IdxFile, classes: number): void {
  const at = data.findIndex((label) => label >= classes);
  if (at >= 0)
    throw invalidData(path, `label ${data[at]} at position ${at} is out of range: expected 0–${classes - 1}`);
}

function numbersUpTo(labels: Uint8Array): string[] {
  const highest = labels.reduce((a, b) => Math.max(a, b), 0);
  return Array.from({ length: highest + 1 }, (_, label) => String(label));
}

function examples({ images, labels }: Pair): Example[] {
  const [length, height, width] = images.shape as [number, number, number];
  const bytes = height * width;
  return Array.from({ length }, (_, i) => ({
    image: { width, height, channels: 1, data: images.data.subarray(i * bytes, (i + 1) * bytes) },
    class: labels.data[i]!,
  }));
}

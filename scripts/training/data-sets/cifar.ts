/**
 * `cifar:DIR`: the binary version of CIFAR-10 or CIFAR-100 (https://www.cs.toronto.edu/~kriz/cifar.html). A record is
 * one label byte (CIFAR-100: coarse, then fine, and fine is taken), then 3 × 1024 bytes: a red, a green, a blue plane.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Example, Found, Source } from './data-set.ts';
import { invalidData, listFolder, readBytes } from './files.ts';

const side = 32;
const plane = side * side;

interface Variant {
  readonly train: RegExp;
  readonly test: string;
  readonly names: string;
  readonly labelBytes: number;
  /** Used where the file of names is missing. */
  readonly labels: readonly string[];
}

const variants: readonly Variant[] = [
  {
    train: /^data_batch_\d+\.bin$/,
    test: 'test_batch.bin',
    names: 'batches.meta.txt',
    labelBytes: 1,
    labels: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  },
  {
    train: /^train\.bin$/,
    test: 'test.bin',
    names: 'fine_label_names.txt',
    labelBytes: 2,
    labels: Array.from({ length: 100 }, (_, label) => String(label)),
  },
];

export const cifar: Source = {
  folder: 'data_batch_1.bin … and test_batch.bin (CIFAR-10), or train.bin and test.bin (CIFAR-100)',
  find: findCifar,
};

/**
 * `sha256` is of the .bin files one after the other: training batches by number, then the test batch.
 * @throws EngineError `invalid-data`: no batches, a file that is no whole number of records, a label without a name
 */
async function findCifar(folder: string): Promise<Found> {
  const names = await listFolder(folder);
  const variant = variants.find(({ train }) => names.some((name) => train.test(name)));
  if (variant === undefined) {
    throw invalidData(folder, names.length === 0 ? 'is empty' : 'has neither data_batch_1.bin nor train.bin');
  }

  const labels = names.includes(variant.names) ? await readNames(join(folder, variant.names)) : variant.labels;
  const hash = createHash('sha256');
  const read = async (name: string): Promise<Example[]> => {
    const path = join(folder, name);
    const bytes = await readBytes(path);
    hash.update(bytes);
    return parseRecords(bytes, path, variant.labelBytes, labels.length);
  };

  const train: Example[][] = [];
  const batches = names.filter((name) => variant.train.test(name));
  for (const name of batches.sort((a, b) => batchNumber(a) - batchNumber(b))) train.push(await read(name));
  const test = names.includes(variant.test) ? await read(variant.test) : undefined;
  return {
    labels,
    train: train.flat(),
    test,
    source: 'https://www.cs.toronto.edu/~kriz/cifar.html, binary version',
    licence: 'unknown',
    sha256: hash.digest('hex'),
    skipped: [],
  };
}

const batchNumber = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);

async function readNames(path: string): Promise<string[]> {
  const lines = (await readBytes(path)).toString('utf8').split(/\r?\n/);
  const names = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (names.length === 0) throw invalidData(path, 'holds no names of classes');
  return names;
}

function parseRecords(bytes: Uint8Array, path: string, labelBytes: number, classes: number): Example[] {
  const record = labelBytes + 3 * plane;
  if (bytes.length === 0 || bytes.length % record !== 0) {
    const whole = Math.max(1, Math.ceil(bytes.length / record));
    throw invalidData(path, `truncated: expected ${whole * record} bytes (${whole} × ${record}), got ${bytes.length}`);
  }
  return Array.from({ length: bytes.length / record }, (_, i) => {
    const label = bytes[i * record + labelBytes - 1]!;
    if (label >= classes) {
      throw invalidData(path, `label ${label} at position ${i} is out of range: expected 0–${classes - 1}`);
    }
    const planes = bytes.subarray(i * record + labelBytes, (i + 1) * record);
    return { image: { width: side, height: side, channels: 3, data: interleave(planes) }, class: label };
  });
}

/** [C,H,W] → [H,W,C] */
function interleave(planes: Uint8Array): Uint8Array {
  const data = new Uint8Array(3 * plane);
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let channel = 0; channel < 3; channel++) data[3 * pixel + channel] = planes[channel * plane + pixel]!;
  }
  return data;
}

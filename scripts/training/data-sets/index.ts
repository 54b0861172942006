/**
 * `--data SRC`: the registry of sources, and the way from what a source finds to what training reads: a test split
 * where there is none, a limit, pixels at the network's size. To add a source: one file, one line in `sources`.
 */
import { EngineError } from '../../../engine/errors.ts';
import { cifar } from './cifar.ts';
import { fitImage, scaledBox } from './convert.ts';
import type { DataSet, DataSetOptions, Example, Found, Source, Split } from './data-set.ts';
import { fashionMnist } from './fashion-mnist.ts';
import { kindOf } from './files.ts';
import { idx } from './idx.ts';
import { images } from './images.ts';
import { mnist } from './mnist.ts';
import { shapes } from './shapes.ts';
import { countClasses, stratifiedOrder, testSplit } from './split.ts';

export type { ChannelMode, DataSet, DataSetOptions, Skipped, Split } from './data-set.ts';
export { validationSplit } from './split.ts';

export const sources = {
  mnist,
  'fashion-mnist': fashionMnist,
  idx,
  cifar,
  images,
  shapes,
} as const satisfies Record<string, Source>;

export type SourceName = keyof typeof sources;

/** For the help: `mnist, idx:DIR …`. */
export const sourceNames = Object.entries(sources)
  .map(([name, { folder }]) => (folder === undefined ? name : `${name}:DIR`))
  .join(', ');

/** Class numbers are u16 in memory. */
const classLimit = 65_536;

/**
 * Opens `mnist`, `idx:DIR` …: finds the pictures, cuts a stratified test split where the source has none, keeps
 * `limit` training pictures, and converts all of them to the size and channels asked for, whatever they were.
 * @throws EngineError `invalid-data`, its message beginning with the file or folder at fault
 */
export async function openDataSet(source: string, options: DataSetOptions): Promise<DataSet> {
  const { name, folder } = parseSource(source);
  if (folder !== '' && (await kindOf(folder)) !== 'folder') {
    throw new EngineError('invalid-data', `${folder}: is a file, expected a folder`);
  }
  const found = await sources[name].find(folder, options);
  const where = folder || name;
  if (!options.unlabelled) checkClasses(where, found);

  const whole = withTestSplit(found);
  const train = limited(whole.train, options);
  if (!options.unlabelled && train.length < whole.train.length && presentClasses(train) < 2) {
    throw new EngineError('invalid-data', `${where}: a limit of ${train.length} leaves pictures of one class`);
  }
  const shape = targetShape(found, options);
  const tick = conversionTicks(train[0]!, shape, train.length + whole.test.length, options);
  return {
    name,
    labels: found.labels,
    shape,
    train: toSplit(train, shape, options, tick),
    test: whole.test.length > 0 ? toSplit(whole.test, shape, options, tick) : undefined,
    source: found.source,
    licence: found.licence,
    sha256: found.sha256,
    skipped: found.skipped,
  };
}

/** `idx:DIR` → {name: 'idx', folder: 'DIR'}. @throws EngineError `invalid-data` for an unknown name or a missing DIR */
export function parseSource(source: string): { name: SourceName; folder: string } {
  const colon = source.indexOf(':');
  const name = colon < 0 ? source : source.slice(0, colon);
  const folder = colon < 0 ? '' : source.slice(colon + 1);
  if (!Object.hasOwn(sources, name)) {
    throw new EngineError('invalid-data', `${source}: unknown data set, expected ${sourceNames}`);
  }
  const takesFolder = sources[name as SourceName].folder !== undefined;
  if (takesFolder && folder === '')
    throw new EngineError('invalid-data', `${source}: expected a folder, as in ${name}:DIR`);
  if (!takesFolder && colon >= 0) throw new EngineError('invalid-data', `${source}: ${name} takes no folder`);
  return { name: name as SourceName, folder };
}

function checkClasses(where: string, { labels, train }: Found): void {
  if (labels.length > classLimit) {
    throw new EngineError('invalid-data', `${where}: has ${labels.length} classes, at most ${classLimit} are trained`);
  }
  const present = presentClasses(train);
  if (present < 2) {
    throw new EngineError('invalid-data', `${where}: expected training pictures of at least 2 classes, got ${present}`);
  }
}

const classesOf = (examples: readonly Example[]): number[] => examples.map((example) => example.class);

const presentClasses = (examples: readonly Example[]): number =>
  countClasses(classesOf(examples)).filter((count) => count > 0).length;

function withTestSplit({ train, test }: Found): { train: readonly Example[]; test: readonly Example[] } {
  if (test !== undefined) return { train, test };
  const cut = testSplit(classesOf(train));
  return { train: pick(train, cut.train), test: pick(train, cut.test) };
}

/** The first `limit` of a seeded, stratified order, put back into the order of the source. */
function limited(examples: readonly Example[], { limit, seed }: DataSetOptions): readonly Example[] {
  if (limit === undefined || limit >= examples.length) return examples;
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`a limit is an integer from 1 on, got ${limit}`);
  return pick(examples, stratifiedOrder(classesOf(examples), seed).subarray(0, limit).sort());
}

const pick = (examples: readonly Example[], indices: Uint32Array): Example[] =>
  Array.from(indices, (index) => examples[index]!);

function targetShape({ train }: Found, { size, channels }: DataSetOptions): DataSet['shape'] {
  const { width, height, channels: own } = train[0]!.image;
  const count = channels === undefined ? own : channels === 'gray' ? 1 : 3;
  return [size?.[1] ?? height, size?.[0] ?? width, count];
}

/** Reports progress where pictures have to be converted; copying them takes no time worth a bar. */
function conversionTicks({ image }: Example, shape: DataSet['shape'], total: number, { onProgress }: DataSetOptions) {
  const fits = image.height === shape[0] && image.width === shape[1] && image.channels === shape[2];
  let done = 0;
  return fits || onProgress === undefined ? () => {} : () => onProgress(++done, total);
}

/** Copies pictures into memory that threads share, converting those of another size or number of channels. */
function toSplit(
  examples: readonly Example[],
  [height, width, channels]: DataSet['shape'],
  { prepare = (image) => fitImage(image, [width, height], channels === 1 ? 'gray' : 'RGB') }: DataSetOptions,
  tick: () => void,
): Split {
  const pictureBytes = height * width * channels;
  const pixels = new Uint8Array(new SharedArrayBuffer(examples.length * pictureBytes));
  const classes = new Uint16Array(new SharedArrayBuffer(examples.length * Uint16Array.BYTES_PER_ELEMENT));
  const boxes = examples.some(({ box }) => box) ? sharedFloats(4 * examples.length) : undefined;
  for (const [i, example] of examples.entries()) {
    const { data } = example.isFitted ? example.image : prepare(example.image);
    pixels.set(data, i * pictureBytes);
    classes[i] = example.class;
    if (boxes && example.box) boxes.set(scaledBox(example.box, example.image, { width, height }), 4 * i);
    tick();
  }
  const files = examples.flatMap(({ file }) => file ?? []);
  return { length: examples.length, pixels, classes, ...(files.length > 0 && { files }), ...(boxes && { boxes }) };
}

const sharedFloats = (length: number) =>
  new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));

/**
 * `images:DIR`: PNG and JPEG pictures of any size, classes named by folders or by labels.csv (image-folder.ts).
 * A picture that cannot be read is left out and listed; a class without a readable picture is an error.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../../../engine/errors.ts';
import type { Image } from '../../../engine/image/image.ts';
import { fileErrorReason, isFileError } from '../../io/file-error.ts';
import { fitImage, scaledBox } from './convert.ts';
import type { ChannelMode, DataSetOptions, Example, ExampleBox, Found, Skipped, Source } from './data-set.ts';
import { byName, invalidData, readBytes } from './files.ts';
import { type ListedFile, listImageFolder } from './image-folder.ts';

const defaultSize = [32, 32] as const;
const defaultChannels: ChannelMode = 'RGB';

/** Larger files are left out unread: no decoder here takes them. */
const fileBytesLimit = 64 * 2 ** 20;

export const images: Source = {
  folder:
    'CLASS/*, or train/CLASS/* and test/CLASS/*, or labels.csv with the header file,label[,split][,xmin,ymin,xmax,ymax]; PNG, JPEG',
  find: findImages,
};

/**
 * Pictures are stretched to `size` as soon as they are decoded. `sha256` is of the text that
 * `sha256sum FILES` prints: a line `HASH  PATH` a file (labels.csv included), sorted by path, unreadable files left out.
 * @throws EngineError `invalid-data`: no such folder, no layout that fits, a class without a readable picture
 */
async function findImages(folder: string, options: DataSetOptions): Promise<Found> {
  const listing = await listImageFolder(folder, options.unlabelled);
  await options.codecs.ready();
  const reader = new PictureReader(folder, options, listing.train.length + (listing.test?.length ?? 0));
  const classes = new Map(listing.labels.map((label, index) => [label, index]));

  const train = await reader.read(listing.train, classes);
  const test = listing.test && (await reader.read(listing.test, classes));
  const lines = reader.digestLines;
  if (listing.labelsFile !== undefined) {
    lines.push(digestLine(await readBytes(join(folder, listing.labelsFile)), listing.labelsFile));
  }
  return {
    labels: listing.labels,
    train,
    test,
    source: 'a folder of pictures',
    licence: 'unknown',
    sha256: createHash('sha256').update(lines.sort(byPath).join('')).digest('hex'),
    skipped: [...listing.skipped, ...reader.skipped],
  };
}

const digestLine = (bytes: Uint8Array, file: string): string =>
  `${createHash('sha256').update(bytes).digest('hex')}  ${file}\n`;

const byPath = (a: string, b: string): number => byName(a.slice(66), b.slice(66)); // 64 digits, two spaces

class PictureReader {
  readonly skipped: Skipped[] = [];
  readonly digestLines: string[] = [];
  private done = 0;
  private readonly folder: string;
  private readonly options: DataSetOptions;
  private readonly total: number;

  constructor(folder: string, options: DataSetOptions, total: number) {
    this.folder = folder;
    this.options = options;
    this.total = total;
  }

  /** One split's pictures. @throws EngineError where all of a class's files are unreadable */
  async read(files: readonly ListedFile[], classes: ReadonlyMap<string, number>): Promise<Example[]> {
    const examples: Example[] = [];
    const readable = new Set<string>();
    for (const listed of files) {
      const { file, label } = listed;
      const picture = await this.picture(listed);
      if (picture !== undefined) {
        readable.add(label);
        examples.push({ ...picture, class: classes.get(label)!, file, isFitted: true });
      }
      this.options.onProgress?.(++this.done, this.total);
    }
    for (const label of new Set(files.map((listed) => listed.label))) {
      if (!readable.has(label)) throw this.nothingReadable(files.filter((listed) => listed.label === label));
    }
    return examples;
  }

  private async picture({ file, box }: ListedFile): Promise<Pick<Example, 'image' | 'box'> | undefined> {
    const { codecs, size = defaultSize, channels = defaultChannels, prepare } = this.options;
    try {
      const bytes = await readPicture(join(this.folder, file));
      const decoded = codecs.decode(bytes);
      if (box) checkInside(box, decoded);
      const image = prepare ? prepare(decoded) : fitImage(decoded, size, channels);
      this.digestLines.push(digestLine(bytes, file));
      return { image, ...(box && { box: scaledBox(box, decoded, image) }) };
    } catch (error) {
      if (!(error instanceof EngineError || isFileError(error))) throw error;
      this.skipped.push({ file, reason: isFileError(error) ? fileErrorReason(error) : error.message });
      return undefined;
    }
  }

  private nothingReadable(files: readonly ListedFile[]): EngineError {
    const { file, label } = files[0]!;
    const reason = this.skipped.find((skipped) => skipped.file === file)?.reason;
    const expected = `class "${label}": expected at least one readable picture`;
    return invalidData(this.folder, `${expected}, got none in ${files.length} (${file}: ${reason})`);
  }
}

/** @throws EngineError `invalid-data` */
function checkInside([, , xmax, ymax]: ExampleBox, { width, height }: Image): void {
  if (xmax <= width && ymax <= height) return;
  throw new EngineError('invalid-data', `its box reaches ${xmax}, ${ymax}, the picture is ${width}×${height}`);
}

/** A pipe would block for ever, a huge file would fill the memory. */
async function readPicture(path: string): Promise<Uint8Array> {
  const found = await stat(path);
  if (!found.isFile()) throw new EngineError('invalid-image', 'is not a regular file');
  if (found.size > fileBytesLimit) {
    throw new EngineError('limit-exceeded', `has ${found.size} bytes, at most ${fileBytesLimit} are read`);
  }
  return readFile(path);
}

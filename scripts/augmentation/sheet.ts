/** Contact sheets: a picture under every operation, or the variants of a pipeline, each with its name. */
import { readFile } from 'node:fs/promises';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { Augmenter } from '../../engine/augment/augmenter.ts';
import { augmentationOf, augmentationTypes } from '../../engine/augment/operations/index.ts';
import { compilePipeline, PIPELINE_FORMAT } from '../../engine/augment/pipeline.ts';
import { DARK } from '../../engine/drawing/canvas.ts';
import { drawText, LETTER_HEIGHT, textWidth } from '../../engine/drawing/text.ts';
import { encodePng } from '../../engine/image/codec.ts';
import type { Image } from '../../engine/image/image.ts';
import { toRgb } from '../../engine/image/pixels.ts';
import { resize } from '../../engine/image/resize.ts';
import { loadCodecs } from '../codecs.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';
import { atPath } from '../io/model.ts';
import { loadImageKernels } from '../kernels.ts';
import { asImage } from './as-image.ts';

/** Longest side of a picture on a sheet, pixels. */
const CELL = 192;
const GAP = 12;
/** Pixels a dot of text. */
const SCALE = 2;
const TEXT_SPACE = LETTER_HEIGHT * SCALE + 8;

export interface SheetItem {
  readonly title: string;
  readonly image: Image;
}

/** Writes the sheet of a picture. @returns how many pictures are on it @throws EngineError that begins with the path */
export async function writeSheet(
  path: string,
  out: string,
  document: unknown,
  options: { readonly seed?: number; readonly variants: number; readonly fuse?: boolean },
): Promise<number> {
  const items = await atPath(path, async () => {
    const bytes = await readFile(path);
    const image = small(toRgb((await loadCodecs()).decode(bytes)));
    const sample = bytesToHex(sha256(bytes));
    const augmenter = new Augmenter(loadImageKernels(), { fuse: options.fuse ?? false });
    const kind = { channels: 3, type: 'u8' } as const;
    const run = (title: string, pipeline: unknown, epoch: number): SheetItem => {
      const name = { sample, epoch, ...(options.seed === undefined ? {} : { seed: options.seed }) };
      return { title, image: asImage(augmenter.run(compilePipeline(pipeline, kind), image, name).image) };
    };
    const original = { title: 'original', image };
    if (document !== undefined) {
      return [
        original,
        ...Array.from({ length: options.variants }, (_, variant) => run(String(variant), document, variant)),
      ];
    }
    return [
      original,
      ...operationSamples().map(({ title, node }) => run(title, { format: PIPELINE_FORMAT, pipeline: node }, 0)),
    ];
  });
  await writeFileAtomic(out, encodePng(layOut(items)));
  return items.length;
}

/** Every operation that works on one picture outside of training, with the first of its samples. */
export function operationSamples(): readonly {
  readonly title: string;
  readonly node: Readonly<Record<string, unknown>>;
}[] {
  return augmentationTypes
    .filter((type) => !augmentationOf(type).only)
    .map((type) => ({ title: type, node: { type, ...augmentationOf(type).samples[0] } }));
}

/** As many columns as make the sheet about as wide as it is high. */
export function layOut(items: readonly SheetItem[]): Image {
  const columns = Math.ceil(Math.sqrt(items.length));
  const rows = Math.ceil(items.length / columns);
  const cells = items.map(({ title, image }) => ({ title, image: small(image) }));
  const cellWidth = Math.max(
    ...cells.map(({ title, image }) => Math.max(image.width, textWidth(title, SCALE) + SCALE)),
  );
  const cellHeight = Math.max(...cells.map(({ image }) => image.height)) + TEXT_SPACE;
  const width = columns * (cellWidth + GAP) + GAP;
  const height = rows * (cellHeight + GAP) + GAP;
  const sheet: Image = { width, height, channels: 3, data: new Uint8Array(width * height * 3).fill(255) };
  cells.forEach(({ title, image }, i) => {
    const left = GAP + (i % columns) * (cellWidth + GAP);
    const top = GAP + Math.floor(i / columns) * (cellHeight + GAP);
    drawText(sheet, title, [left, top], { colour: DARK, scale: SCALE });
    paste(sheet, image, left, top + TEXT_SPACE);
  });
  return sheet;
}

function small(image: Image): Image {
  const factor = CELL / Math.max(image.width, image.height);
  if (factor >= 1) return image;
  const side = (pixels: number) => Math.max(Math.round(pixels * factor), 1);
  return resize(image, side(image.width), side(image.height));
}

function paste(sheet: Image, image: Image, left: number, top: number): void {
  for (let y = 0; y < image.height; y++) {
    const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
    sheet.data.set(row, ((top + y) * sheet.width + left) * 3);
  }
}

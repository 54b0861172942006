/** Makes data sets on the disk for the tests beside it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import { onTestFinished } from 'vitest';
import { loadCodecs } from '../../../../scripts/codecs.ts';
import { type DataSet, type DataSetOptions, openDataSet } from '../../../../scripts/training/data-sets/index.ts';

/** Files by their path below the folder, written in this order. */
export type Tree = Readonly<Record<string, Uint8Array | string>>;

/** A temporary folder with these files; gone when the test is over. */
export async function folderOf(tree: Tree): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'borde-data-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [path, content] of Object.entries(tree)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

/** An IDX file of unsigned bytes: header of these dimensions, then the elements. */
export function idxBytes(dimensions: readonly number[], elements: ArrayLike<number>): Uint8Array {
  const header = new Uint8Array(4 + 4 * dimensions.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x0800 + dimensions.length);
  for (const [i, side] of dimensions.entries()) view.setUint32(4 + 4 * i, side);
  return Uint8Array.of(...header, ...Array.from(elements));
}

/** The two files of a split, pictures 2×3: those of class c begin with 10·c and count upwards. */
export function idxPair(prefix: string, classes: readonly number[]): Tree {
  const pixels = classes.flatMap((label, i) => [0, 1, 2, 3, 4, 5].map((pixel) => (10 * label + i + pixel) % 256));
  return {
    [`${prefix}-images-idx3-ubyte`]: idxBytes([classes.length, 3, 2], pixels),
    [`${prefix}-labels-idx1-ubyte`]: idxBytes([classes.length], classes),
  };
}

/** A PNG of one colour: a gray level, or [r, g, b], or [r, g, b, alpha]. */
export function png(colour: number | readonly number[], width = 4, height = 4): Uint8Array {
  const levels = typeof colour === 'number' ? [colour] : colour;
  const data = Uint8Array.from(
    { length: width * height * levels.length },
    (_, i) => levels[i % levels.length] as number,
  );
  return encode({ width, height, channels: levels.length, depth: 8, data });
}

/** Opens a source with the real decoders and seed 1. */
export async function open(source: string, options: Partial<DataSetOptions> = {}): Promise<DataSet> {
  return openDataSet(source, { seed: 1, codecs: await loadCodecs(), ...options });
}

/** What was thrown; fails where nothing was. */
export async function failure(promise: Promise<unknown>): Promise<{ name: string; code: string; message: string }> {
  return promise.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error) => error,
  );
}

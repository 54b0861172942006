/** Runs of a random augmentation under many seeds, and the statistics of the golden set. */
import { readFileSync } from 'node:fs';
import type { Pixels } from '../../engine/augment/studio.ts';
import { testImageKernels } from '../engine/image/load.ts';
import { AugmentRunner, pipelineOf } from './augment.ts';

/** test/fixtures/golden/stats.json */
export const goldenStatistics = JSON.parse(
  readFileSync(new URL('../fixtures/golden/stats.json', import.meta.url), 'utf8'),
);
export const runner = new AugmentRunner(testImageKernels());
export const SIDE = 128;

/** A picture of one level. */
export function flat(level: number, channels: number, type: 'u8' | 'f32'): Pixels {
  const length = SIDE * SIDE * channels;
  const data = type === 'u8' ? new Uint8Array(length).fill(level) : new Float32Array(length).fill(level);
  return { width: SIDE, height: SIDE, channels, data };
}

/** A node on one picture, under as many seeds. */
export function draws(node: Readonly<Record<string, unknown>>, image: Pixels, seeds: number): Float64Array[] {
  return Array.from({ length: seeds }, (_, seed) =>
    Float64Array.from(runner.run(pipelineOf(node), image, { seed }).image.data),
  );
}

export function joined(pictures: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(pictures.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const picture of pictures) {
    all.set(picture, at);
    at += picture.length;
  }
  return all;
}

/** One of a packed picture's channels. */
export const channel = (values: Float64Array, index: number, channels: number) =>
  values.filter((_, i) => i % channels === index);

/** As many cells, each as likely as the others. */
export const uniform = (cells: number) => new Array<number>(cells).fill(1 / cells);

/** What maps every value on its own: 256 results for u8, the function itself for f32. */
import { bytesPerPixel } from './resampling.ts';
import type { Picture, Studio } from './studio.ts';

type LevelMap = (level: number) => number;

/** floor(v + ½), clipped to 0–255. */
export function toLevel(value: number): number {
  return Math.min(Math.max(Math.floor(value + 0.5), 0), 255);
}

/** Applies maps one after the other, in place; with u8 each result is rounded, as if they had been apart. */
export function applyTables(studio: Studio, picture: Picture, maps: readonly LevelMap[], alpha: boolean): void {
  const { ptr, width, height, channels } = picture;
  const count = width * height * channels;
  const isKept = (index: number) => alpha && index % channels === channels - 1;
  if (picture.type === 'f32') {
    const values = studio.floats(ptr, count);
    for (let i = 0; i < count; i++) {
      if (!isKept(i)) values[i] = maps.reduce((value, map) => map(value), values[i] as number);
    }
    return;
  }
  const tablePtr = studio.take(256);
  const table = studio.bytes(tablePtr, 256);
  for (let level = 0; level < 256; level++) table[level] = maps.reduce((value, map) => toLevel(map(value)), level);
  if (alpha) studio.call.applyTablePixels(ptr, width * height, bytesPerPixel(picture), channels - 1, tablePtr);
  else studio.call.applyTable(ptr, count, tablePtr);
}

/** What maps every value on its own: 256 results for u8, the function itself for f32. */
import type { Picture, Studio } from './studio.ts';

/** level·multiply + add: computed four or sixteen at a time. */
export interface Line {
  readonly multiply: number;
  readonly add: number;
}

/** level → level, neither rounded nor clipped. */
export type LevelMap = Line | ((level: number) => number);

/** floor(v + ½), clipped to 0–255. */
export function toLevel(value: number): number {
  return Math.min(Math.max(Math.floor(value + 0.5), 0), 255);
}

/**
 * Applies maps one after the other, in place; with u8 each result is rounded, as if they had been apart.
 * @param alpha leaves the last channel as it is
 */
export function applyTables(studio: Studio, picture: Picture, maps: readonly LevelMap[], alpha: boolean): void {
  if (picture.type === 'f32') {
    for (const map of maps) applyFloats(studio, picture, map, alpha);
    return;
  }
  const { call } = studio;
  const { ptr, width, height, channels, bytes } = picture;
  const table = studio.bytes(call.levelTable(), 256);
  for (let level = 0; level < 256; level++) table[level] = level;
  for (const map of maps) mapLevels(table, map);
  const line = maps.length === 1 ? fixedPoint(maps[0] as LevelMap, call.lineShift()) : undefined;
  if (alpha) call.applyTablePixels(ptr, width * height, channels, channels - 1);
  else if (line && call.isLine(...line)) call.applyLine(ptr, bytes, ...line);
  else call.applyTable(ptr, bytes);
}

function mapLevels(table: Uint8Array, map: LevelMap): void {
  if (typeof map === 'function') {
    for (let i = 0; i < 256; i++) table[i] = toLevel(map(table[i] as number));
    return;
  }
  const { multiply, add } = map;
  for (let i = 0; i < 256; i++) table[i] = toLevel((table[i] as number) * multiply + add);
}

/** What the kernel holds: slopes within 22 bits, sums within 31. */
const MAX_SLOPE = 1 << 22;

/**
 * A line as whole numbers, level·slope + offset, with `shift` binary places; nothing where it is too steep. Whether it
 * rounds as the line does is for the kernel to try.
 */
function fixedPoint(map: LevelMap, shift: number): readonly [slope: number, offset: number] | undefined {
  if (typeof map === 'function') return undefined;
  const one = 1 << shift;
  const slope = Math.floor(map.multiply * one + 0.5);
  const offset = Math.floor((map.add + 0.5) * one + 0.5);
  return Math.abs(slope) < MAX_SLOPE && Math.abs(offset) < 1 << 30 ? [slope, offset] : undefined;
}

function applyFloats(studio: Studio, picture: Picture, map: LevelMap, alpha: boolean): void {
  const { ptr, width, height, channels } = picture;
  const count = width * height * channels;
  if (typeof map !== 'function' && !alpha) {
    studio.call.applyLineFloats(ptr, count, map.multiply, map.add);
    return;
  }
  const values = studio.floats(ptr, count);
  const at = typeof map === 'function' ? map : lineOf(map);
  for (let i = 0; i < count; i++) {
    if (!alpha || i % channels !== channels - 1) values[i] = at(values[i] as number);
  }
}

/** As the kernel rounds. */
function lineOf({ multiply, add }: Line): (level: number) => number {
  const factor = Math.fround(multiply);
  const term = Math.fround(add);
  return (level) => Math.fround(level * factor) + term;
}

/** What maps every value on its own: 256 results for u8, the function itself for f32. */
import { levelPowers } from './powers.ts';
import type { Picture, Studio } from './studio.ts';

/** level·multiply + add: computed four or sixteen at a time. */
export interface Line {
  readonly multiply: number;
  readonly add: number;
}

/** 255·(level/255)^exponent, exponent > 0; levels below 0 count as 0. */
export interface Power {
  readonly exponent: number;
}

/** level → level, neither rounded nor clipped. */
export type LevelMap = Line | Power | ((level: number) => number);

/** floor(v + ½), clipped to 0–255. */
export function toLevel(value: number): number {
  return Math.min(Math.max(Math.floor(value + 0.5), 0), 255);
}

/** Applies maps one after the other, in place; with u8 each result is rounded, as if they had been apart. */
export function applyTables(studio: Studio, picture: Picture, maps: readonly LevelMap[]): void {
  if (picture.type === 'f32') {
    for (const map of maps) applyFloats(studio, picture, map);
    return;
  }
  const { call } = studio;
  const { ptr, bytes } = picture;
  const table = studio.bytes(call.levelTable(), 256);
  for (let level = 0; level < 256; level++) table[level] = level;
  for (const map of maps) mapLevels(table, map);
  const line = maps.length === 1 ? maps[0] : undefined;
  if (!line || !applyLine(studio, picture, line)) call.applyTable(ptr, bytes);
}

/** Applies a line without its table, which is there; false where no kernel rounds as the table does. */
function applyLine({ call }: Studio, { ptr, bytes }: Picture, map: LevelMap): boolean {
  if (typeof map === 'function' || 'exponent' in map) return false;
  if (call.applyNearLine(ptr, bytes, map.multiply)) return true;
  const fixed = fixedPoint(map, call.lineShift());
  if (!fixed || !call.isLine(...fixed)) return false;
  call.applyLine(ptr, bytes, ...fixed);
  return true;
}

function mapLevels(table: Uint8Array, map: LevelMap): void {
  if (typeof map === 'function') {
    for (let i = 0; i < 256; i++) table[i] = toLevel(map(table[i] as number));
  } else if ('exponent' in map) {
    const powers = levelPowers(map.exponent);
    for (let i = 0; i < 256; i++) table[i] = toLevel(powers[table[i] as number] as number);
  } else {
    const { multiply, add } = map;
    for (let i = 0; i < 256; i++) table[i] = toLevel((table[i] as number) * multiply + add);
  }
}

/** What the kernel holds: slopes within 22 bits, sums within 31. */
const MAX_SLOPE = 1 << 22;

/**
 * A line as whole numbers, level·slope + offset, with `shift` binary places; nothing where it is too steep. Whether it
 * rounds as the line does is for the kernel to try.
 */
function fixedPoint(map: Line, shift: number): readonly [slope: number, offset: number] | undefined {
  const one = 1 << shift;
  const slope = Math.floor(map.multiply * one + 0.5);
  const offset = Math.floor((map.add + 0.5) * one + 0.5);
  return Math.abs(slope) < MAX_SLOPE && Math.abs(offset) < 1 << 30 ? [slope, offset] : undefined;
}

function applyFloats(studio: Studio, { ptr, bytes }: Picture, map: LevelMap): void {
  const count = bytes / 4;
  if (typeof map === 'function') {
    const values = studio.floats(ptr, count);
    for (let i = 0; i < count; i++) values[i] = map(values[i] as number);
  } else if ('exponent' in map) studio.call.applyPowerFloats(ptr, count, map.exponent);
  else studio.call.applyLineFloats(ptr, count, map.multiply, map.add);
}

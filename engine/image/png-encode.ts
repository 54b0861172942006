/** Pixels → PNG, 8 bits a channel. The same picture gives the same bytes on every host: no platform code takes part. */
import { zlibSync } from 'fflate';
import type { Image } from './image.ts';
import { crc32, pngSignature } from './png-chunks.ts';
import { paeth } from './png-rows.ts';

/** Deflate level: above it files shrink by a few per cent and time doubles. */
const LEVEL = 6;

const colorTypes = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

/** Encodes a picture of 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGB, alpha) channels. */
export function encodePng(image: Image): Uint8Array {
  return pngFile(image, zlibSync(filterRows(image), { level: LEVEL }));
}

/** A PNG of 8 bits a channel around its compressed rows. */
export function pngFile(image: Pick<Image, 'width' | 'height' | 'channels'>, rows: Uint8Array): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, image.width);
  view.setUint32(4, image.height);
  header[8] = 8;
  header[9] = colorTypes[image.channels];
  return concatenate([
    Uint8Array.from(pngSignature),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Every row with the filter whose result, taken as signed bytes, has the smallest sum of magnitudes (PNG, §12.7). */
function filterRows({ width, height, channels, data }: Image): Uint8Array {
  const length = width * channels;
  const filtered = new Uint8Array(height * (length + 1));
  const blank = new Uint8Array(length);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * length, (y + 1) * length);
    const above = y > 0 ? data.subarray((y - 1) * length, y * length) : blank;
    const to = y * (length + 1);
    const filter = bestFilter(row, above, channels);
    filtered[to] = filter;
    applyFilter(filter, row, above, channels, filtered.subarray(to + 1, to + 1 + length));
  }
  return filtered;
}

function bestFilter(row: Uint8Array, above: Uint8Array, distance: number): number {
  const costs = [0, 0, 0, 0, 0];
  for (let i = 0; i < row.length; i++) {
    const value = row[i]!;
    const left = i >= distance ? row[i - distance]! : 0;
    const up = above[i]!;
    const upLeft = i >= distance ? above[i - distance]! : 0;
    costs[0]! += magnitude(value);
    costs[1]! += magnitude(value - left);
    costs[2]! += magnitude(value - up);
    costs[3]! += magnitude(value - ((left + up) >> 1));
    costs[4]! += magnitude(value - paeth(left, up, upLeft));
  }
  return costs.indexOf(Math.min(...costs));
}

/** Of a difference of bytes, which is kept as a signed byte. */
function magnitude(difference: number): number {
  return Math.abs((difference << 24) >> 24);
}

function applyFilter(filter: number, row: Uint8Array, above: Uint8Array, distance: number, result: Uint8Array): void {
  for (let i = 0; i < row.length; i++) {
    const left = i >= distance ? row[i - distance]! : 0;
    const up = above[i]!;
    let predicted = 0;
    if (filter === 1) predicted = left;
    else if (filter === 2) predicted = up;
    else if (filter === 3) predicted = (left + up) >> 1;
    else if (filter === 4) predicted = paeth(left, up, i >= distance ? above[i - distance]! : 0);
    result[i] = row[i]! - predicted;
  }
}

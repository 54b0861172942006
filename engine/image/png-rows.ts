/**
 * From a PNG's compressed data to rows of samples: inflated piece by piece, cut into rows, the filters undone (PNG, third
 * edition, §7 to §10). Only two rows are held, and no more is inflated than the header's size calls for, so neither a big
 * picture nor a small file that swells without end costs memory.
 */
import { InflateError } from './bit-reader.ts';
import { inflate } from './inflate.ts';
import { invalidPng, readChunk } from './png-chunks.ts';

/** A rectangle of pixels that is sent as a picture of its own: all of them, or one of Adam7's seven. Pixels. */
export interface Pass {
  readonly x: number;
  readonly y: number;
  readonly xStep: number;
  readonly yStep: number;
  readonly width: number;
  readonly height: number;
}

/**
 * How many blocks with codes of their own a stream may have: one per so many bytes of the picture, and some for small ones.
 * Encoders make one per several thousand bytes, since each costs about a hundred; a hostile file can ask for one per eleven
 * bytes, at 8 µs each.
 */
const BYTES_PER_TABLE = 1024;
const SPARE_TABLES = 1024;

/** The passes of a picture in the order in which they are sent, without the empty ones. */
export function passesOf(width: number, height: number, interlaced: boolean): Pass[] {
  if (!interlaced) return [{ x: 0, y: 0, xStep: 1, yStep: 1, width, height }];
  const grids = [
    { x: 0, y: 0, xStep: 8, yStep: 8 },
    { x: 4, y: 0, xStep: 8, yStep: 8 },
    { x: 0, y: 4, xStep: 4, yStep: 8 },
    { x: 2, y: 0, xStep: 4, yStep: 4 },
    { x: 0, y: 2, xStep: 2, yStep: 4 },
    { x: 1, y: 0, xStep: 2, yStep: 2 },
    { x: 0, y: 1, xStep: 1, yStep: 2 },
  ];
  return grids
    .map((grid) => ({
      ...grid,
      width: Math.ceil((width - grid.x) / grid.xStep),
      height: Math.ceil((height - grid.y) / grid.yStep),
    }))
    .filter((pass) => pass.width > 0 && pass.height > 0);
}

/**
 * Hands every row of every pass to `receive`, as packed samples without their filter byte; the array is used again.
 * @param dataStart offset of the first IDAT chunk, whose CRCs were checked
 * @param bitsPerPixel of the packed samples, 1–64
 * @throws EngineError `invalid-image` where the data are corrupt, end early or hold more than all rows
 */
export function readRows(
  bytes: Uint8Array,
  dataStart: number,
  passes: readonly Pass[],
  bitsPerPixel: number,
  receive: (row: Uint8Array, pass: Pass, y: number) => void,
): void {
  const distance = Math.max(1, bitsPerPixel >> 3);
  let passIndex = 0;
  let y = 0;
  let row: Uint8Array = new Uint8Array(rowBytes(passes[0], bitsPerPixel)); // the filter byte, then the samples
  let above: Uint8Array = new Uint8Array(row.length);
  let filled = 0;

  const take = (piece: Uint8Array) => {
    let at = 0;
    while (at < piece.length) {
      const pass = passes[passIndex];
      if (!pass) throw invalidPng('holds more image data than its size allows');
      const count = Math.min(row.length - filled, piece.length - at);
      row.set(piece.subarray(at, at + count), filled);
      at += count;
      filled += count;
      if (filled < row.length) return;

      undoFilter(row, above, distance);
      receive(row.subarray(1), pass, y++);
      [row, above, filled] = [above, row, 0];
      if (y < pass.height) continue;
      passIndex++;
      y = 0;
      row = new Uint8Array(rowBytes(passes[passIndex], bitsPerPixel));
      above = new Uint8Array(row.length);
    }
  };

  const rawBytes = passes.reduce((sum, pass) => sum + pass.height * rowBytes(pass, bitsPerPixel), 0);
  try {
    inflate(deflateSource(bytes, dataStart), take, SPARE_TABLES + rawBytes / BYTES_PER_TABLE);
  } catch (fault) {
    if (fault instanceof InflateError) throw invalidPng(`is damaged: in its image data ${fault.message}`);
    throw fault;
  }
  if (passIndex < passes.length) throw invalidPng('is incomplete: its image data end before the last row');
}

/** Bytes of a row of a pass with its filter byte; 0 behind the last pass. */
function rowBytes(pass: Pass | undefined, bitsPerPixel: number): number {
  return pass ? 1 + Math.ceil((pass.width * bitsPerPixel) / 8) : 0;
}

/** Takes the zlib stream out of the IDAT chunks, one chunk a call, without the two bytes of its header. */
function deflateSource(bytes: Uint8Array, dataStart: number): () => Uint8Array | undefined {
  let at = dataStart;
  const header: number[] = [];
  return () => {
    const chunk = readChunk(bytes, at, false);
    if (chunk.type !== 'IDAT') return undefined;
    at = chunk.end;
    let behindHeader = 0;
    while (header.length < 2 && behindHeader < chunk.data.length) {
      header.push(chunk.data[behindHeader++]!);
      if (header.length === 2) checkZlibHeader(header[0]!, header[1]!);
    }
    return chunk.data.subarray(behindHeader);
  };
}

/** RFC 1950: deflate, a window of at most 32 KB, no preset dictionary. */
function checkZlibHeader(method: number, flags: number): void {
  const fits = (method & 15) === 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 === 0 && (flags & 32) === 0;
  if (!fits) throw invalidPng('has image data that are not a zlib stream');
}

/** Undoes the filter of a row in place. `row` and `above` have the filter byte in front; `distance` to the left, bytes. */
function undoFilter(row: Uint8Array, above: Uint8Array, distance: number): void {
  const length = row.length;
  switch (row[0]) {
    case 0:
      return;
    case 1:
      for (let i = 1 + distance; i < length; i++) row[i] = row[i]! + row[i - distance]!;
      return;
    case 2:
      for (let i = 1; i < length; i++) row[i] = row[i]! + above[i]!;
      return;
    case 3:
      for (let i = 1; i <= distance && i < length; i++) row[i] = row[i]! + (above[i]! >> 1);
      for (let i = 1 + distance; i < length; i++) row[i] = row[i]! + ((row[i - distance]! + above[i]!) >> 1);
      return;
    case 4:
      for (let i = 1; i <= distance && i < length; i++) row[i] = row[i]! + above[i]!;
      for (let i = 1 + distance; i < length; i++) {
        row[i] = row[i]! + paeth(row[i - distance]!, above[i]!, above[i - distance]!);
      }
      return;
    default:
      throw invalidPng(`has a row with the unknown filter ${row[0]}`);
  }
}

/** The neighbour (left, above, above left) that lies nearest to left + above − above left. */
export function paeth(left: number, above: number, aboveLeft: number): number {
  const toLeft = Math.abs(above - aboveLeft);
  const toAbove = Math.abs(left - aboveLeft);
  const toAboveLeft = Math.abs(left + above - 2 * aboveLeft);
  if (toLeft <= toAbove && toLeft <= toAboveLeft) return left;
  return toAbove <= toAboveLeft ? above : aboveLeft;
}

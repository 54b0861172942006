/**
 * PNG → pixels (W3C, Portable Network Graphics, third edition): every colour type, depth and interlace. The structure is
 * checked as a whole before the first pixel; rows then go one by one from the inflater to their place in the picture.
 */
import { type Orientation, readOrientation } from './exif.ts';
import type { Image } from './image.ts';
import { atMost, defaultImageLimits } from './limits.ts';
import { type Placement, placement } from './orientation.ts';
import { type Chunk, invalidPng, pngSignature, readChunk, uint32 } from './png-chunks.ts';
import { decodedChannels, rowReader, type SampleFormat, samplesPerPixel } from './png-pixels.ts';
import { type Pass, passesOf, readRows } from './png-rows.ts';

export interface PngHeader {
  readonly type: 'png';
  /** Sides as stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** Of the decoded picture: a palette is written out, and transparency gives it an alpha channel. */
  readonly channels: 1 | 2 | 3 | 4;
  /** Bits a sample in the file; decoded are always 8. */
  readonly bitDepth: 1 | 2 | 4 | 8 | 16;
  readonly orientation: Orientation;
  readonly interlaced: boolean;
}

/** Depths that each colour type may have. */
const bitDepths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Sides are 31-bit numbers that are not 0. */
const MAX_SIDE = 2 ** 31 - 1;

interface Structure {
  readonly header: PngHeader;
  readonly format: SampleFormat;
  /** Offset of the first IDAT chunk. */
  readonly dataStart: number;
}

/**
 * Reads what comes before and behind a PNG's image data; allocates nothing and trusts all CRCs.
 * @throws EngineError `invalid-image`: truncated, chunks out of order, values that PNG does not have, or an animation;
 * `limit-exceeded`: more than `maxChunks` chunks
 */
export function readPngHeader(bytes: Uint8Array, maxChunks: number = defaultImageLimits.pngChunks): PngHeader {
  return readStructure(bytes, maxChunks, false).header;
}

/**
 * The pixels, upright, alpha kept.
 * @throws EngineError `invalid-image` as `readPngHeader`, and where a CRC or the image data are wrong
 */
export function decodePng(bytes: Uint8Array, maxChunks: number = defaultImageLimits.pngChunks): Image {
  const { header, format, dataStart } = readStructure(bytes, maxChunks, true);
  const { width, height, channels, orientation } = header;
  const place = placement(width, height, orientation);
  const data = new Uint8Array(width * height * channels);
  const read = rowReader(format, width);
  const bitsPerPixel = format.bitDepth * samplesPerPixel[format.colorType]!;
  readRows(bytes, dataStart, passesOf(width, height, header.interlaced), bitsPerPixel, (row, pass, y) =>
    placeRow(read(row, pass.width), pass, y, place, channels, data),
  );
  return { width: place.width, height: place.height, channels, data };
}

/** Writes a row of a pass to its place in the upright picture. */
function placeRow(
  pixels: Uint8Array,
  pass: Pass,
  y: number,
  place: Placement,
  channels: number,
  data: Uint8Array,
): void {
  let to = (place.origin + pass.x * place.xStep + (pass.y + y * pass.yStep) * place.yStep) * channels;
  const step = pass.xStep * place.xStep * channels;
  const length = pass.width * channels;
  if (step === channels) {
    data.set(pixels.subarray(0, length), to);
    return;
  }
  for (let from = 0; from < length; to += step) {
    for (let channel = 0; channel < channels; channel++) data[to + channel] = pixels[from++]!;
  }
}

function readStructure(bytes: Uint8Array, maxChunks: number, checkCrc: boolean): Structure {
  const first = readChunk(bytes, pngSignature.length, checkCrc);
  const ihdr = readIhdr(first);
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let orientation: Orientation = 1;
  let dataStart = 0;
  let dataEnd = 0;

  for (let at = first.end, count = 2; ; count++) {
    atMost('the PNG', count, maxChunks, 'chunks');
    const chunk = readChunk(bytes, at, checkCrc);
    at = chunk.end;
    switch (chunk.type) {
      case 'IEND': {
        if (dataStart === 0) throw invalidPng('has no image data (no IDAT chunk)');
        const format = { colorType: ihdr.colorType, bitDepth: ihdr.bitDepth, palette, transparency };
        const { width, height, bitDepth, interlaced } = ihdr;
        const channels = decodedChannels(format);
        return {
          header: { type: 'png', width, height, channels, bitDepth, orientation, interlaced },
          format,
          dataStart,
        };
      }
      case 'IDAT':
        if (dataStart === 0) {
          if (ihdr.colorType === 3 && !palette) throw invalidPng('has indexed colours but no palette (PLTE chunk)');
          dataStart = chunk.start;
        } else if (chunk.start !== dataEnd) {
          throw invalidPng('has image data (IDAT chunks) that do not follow each other');
        }
        dataEnd = chunk.end;
        break;
      case 'PLTE':
        if (palette || dataStart > 0) throw invalidPng('has a second or a late palette (PLTE chunk)');
        palette = readPalette(chunk, ihdr.colorType, ihdr.bitDepth);
        break;
      case 'tRNS':
        if (transparency || dataStart > 0) throw invalidPng('has a second or a late transparency (tRNS chunk)');
        transparency = readTransparency(chunk, ihdr.colorType, palette);
        break;
      case 'eXIf':
        orientation = readOrientation(chunk.data);
        break;
      case 'acTL':
        throw invalidPng('is an animation; one still picture is expected');
      default:
        if (chunk.type.charCodeAt(0) < 0x61) throw invalidPng(`has an unknown critical chunk ${chunk.type}`);
    }
  }
}

function readIhdr({ type, data }: Chunk) {
  if (type !== 'IHDR' || data.length !== 13)
    throw invalidPng(`begins with ${type} of ${data.length} bytes, not IHDR of 13`);
  const width = uint32(data, 0);
  const height = uint32(data, 4);
  const bitDepth = data[8]! as PngHeader['bitDepth'];
  const colorType = data[9]!;
  if (width === 0 || height === 0 || width > MAX_SIDE || height > MAX_SIDE) {
    throw invalidPng(`declares a size of ${width}×${height} pixels`);
  }
  if (!bitDepths[colorType]?.includes(bitDepth)) {
    throw invalidPng(`has colour type ${colorType} with ${bitDepth} bits, which PNG does not have`);
  }
  if (data[10] !== 0 || data[11] !== 0 || data[12]! > 1) {
    throw invalidPng(
      `has compression ${data[10]}, filter ${data[11]}, interlace ${data[12]}; 0, 0 and 0 or 1 are known`,
    );
  }
  return { width, height, bitDepth, colorType, interlaced: data[12] === 1 };
}

function readPalette({ data }: Chunk, colorType: number, bitDepth: number): Uint8Array {
  if (colorType === 0 || colorType === 4) throw invalidPng('is gray and has a palette (PLTE chunk)');
  const most = colorType === 3 ? 2 ** bitDepth : 256;
  if (data.length === 0 || data.length % 3 !== 0 || data.length > 3 * most) {
    throw invalidPng(`has a palette of ${data.length} bytes; three a colour, 1 to ${most} colours are allowed`);
  }
  return data;
}

function readTransparency({ data }: Chunk, colorType: number, palette: Uint8Array | undefined): Uint8Array {
  const colors = (palette?.length ?? 0) / 3;
  const fits =
    (colorType === 0 && data.length === 2) ||
    (colorType === 2 && data.length === 6) ||
    (colorType === 3 && data.length > 0 && data.length <= colors);
  if (!fits) throw invalidPng(`has a transparency (tRNS chunk) of ${data.length} bytes for colour type ${colorType}`);
  return data;
}

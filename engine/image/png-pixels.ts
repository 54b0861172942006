/** From packed samples of any PNG colour type and depth to pixels of 8 bits a channel, transparency written out as alpha. */
import { invalidPng } from './png-chunks.ts';

export interface SampleFormat {
  /** PNG colour type: 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha. */
  readonly colorType: number;
  readonly bitDepth: number;
  /** PLTE: three bytes a colour. */
  readonly palette: Uint8Array | undefined;
  /** tRNS: alpha of each colour of the palette, or the one colour that is transparent, 16 bits a channel. */
  readonly transparency: Uint8Array | undefined;
}

/** Samples a pixel by colour type. */
export const samplesPerPixel: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Channels of the decoded picture. */
export function decodedChannels({ colorType, transparency }: SampleFormat): 1 | 2 | 3 | 4 {
  if (colorType === 0) return transparency ? 2 : 1;
  if (colorType === 2 || colorType === 3) return transparency ? 4 : 3;
  return colorType === 4 ? 2 : 4;
}

/** Turns a row of packed samples into `count` pixels; the array that it returns may be the row itself and is used again. */
export type RowReader = (row: Uint8Array, count: number) => Uint8Array;

/** The reader for a format and rows of up to `width` pixels. */
export function rowReader(format: SampleFormat, width: number): RowReader {
  const { colorType, bitDepth, palette, transparency } = format;
  const samples = samplesPerPixel[colorType]!;
  if (colorType !== 3 && bitDepth === 8 && !transparency) return (row) => row;

  const unpacked = new Uint16Array(width * samples);
  const pixels = new Uint8Array(width * decodedChannels(format));
  if (colorType === 3) {
    const colors = paletteColors(palette!, transparency);
    return (row, count) => {
      unpack(row, bitDepth, count, unpacked);
      lookUp(unpacked, count, colors, pixels);
      return pixels;
    };
  }
  const key = transparency && Uint16Array.from({ length: samples }, (_, i) => transparentSample(transparency, i));
  return (row, count) => {
    unpack(row, bitDepth, count * samples, unpacked);
    reduce(unpacked, count, samples, bitDepth, key, pixels);
    return pixels;
  };
}

function transparentSample(transparency: Uint8Array, index: number): number {
  return (transparency[2 * index]! << 8) | transparency[2 * index + 1]!;
}

/** The palette with its alpha, where it has any: 3 or 4 bytes a colour. */
function paletteColors(palette: Uint8Array, transparency: Uint8Array | undefined): Uint8Array {
  if (!transparency) return palette;
  const count = palette.length / 3;
  const colors = new Uint8Array(count * 4).fill(255);
  for (let i = 0; i < count; i++) {
    colors.set(palette.subarray(3 * i, 3 * i + 3), 4 * i);
    if (i < transparency.length) colors[4 * i + 3] = transparency[i]!;
  }
  return colors;
}

/** Takes `count` samples of `depth` bits apart, the first in the highest bits. */
function unpack(row: Uint8Array, depth: number, count: number, samples: Uint16Array): void {
  if (depth === 16) {
    for (let i = 0; i < count; i++) samples[i] = (row[2 * i]! << 8) | row[2 * i + 1]!;
  } else if (depth === 8) {
    for (let i = 0; i < count; i++) samples[i] = row[i]!;
  } else {
    const mask = (1 << depth) - 1;
    for (let i = 0, bit = 0; i < count; i++, bit += depth) {
      samples[i] = (row[bit >> 3]! >> (8 - depth - (bit & 7))) & mask;
    }
  }
}

function lookUp(indices: Uint16Array, count: number, colors: Uint8Array, pixels: Uint8Array): void {
  const channels = pixels.length / indices.length;
  for (let i = 0, to = 0; i < count; i++) {
    const from = indices[i]! * channels;
    if (from >= colors.length) {
      throw invalidPng(`has a pixel of colour ${indices[i]}; its palette has ${colors.length / channels}`);
    }
    for (let channel = 0; channel < channels; channel++) pixels[to++] = colors[from + channel]!;
  }
}

/** Samples of any depth → 8 bits, 16 by rounding v·255/65535; with a key, alpha is 0 where all samples equal it, else 255. */
function reduce(
  samples: Uint16Array,
  count: number,
  perPixel: number,
  depth: number,
  key: Uint16Array | undefined,
  pixels: Uint8Array,
): void {
  const factor = depth < 8 ? 255 / ((1 << depth) - 1) : 1; // an integer: 255, 85, 17
  for (let i = 0, from = 0, to = 0; i < count; i++) {
    let isKey = true;
    for (let channel = 0; channel < perPixel; channel++) {
      const value = samples[from++]!;
      pixels[to++] = depth === 16 ? Math.floor((value + 128) / 257) : value * factor; // 65535 = 255 · 257
      if (key && value !== key[channel]) isKey = false;
    }
    if (key) pixels[to++] = isKey ? 0 : 255;
  }
}

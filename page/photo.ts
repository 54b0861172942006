/** A picture file that somebody dropped or chose: decoded by the browser, and turned to white on black if need be. */
import type { Image } from '../engine/image/image.ts';
import { flattenAlpha, toGray } from '../engine/image/pixels.ts';

export interface Photo {
  readonly name: string;
  /** Upright, without alpha. */
  readonly image: Image;
}

/** Longer side up to which a picture is kept as it is, pixels; what is larger is scaled before anybody sees it. */
const MAX_SIDE = 1024;

/** A decoded file, and how large the picture in it is. */
export interface Decoded {
  /** Upright, without alpha, with no side above `maxSide`. */
  readonly image: Image;
  /** Upright, pixels of the file. */
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes a file in the page or in a thread of it.
 * @throws Error (`InvalidStateError` and others) where the browser cannot
 */
export async function decodePhoto(file: Blob, maxSide: number): Promise<Decoded> {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none' });
  const scale = Math.min(1, maxSide / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  // Every browser that has the SIMD of the kernels has this canvas, too, or is a Firefox older than 105.
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    willReadFrequently: true,
  }) as OffscreenCanvasRenderingContext2D;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  const natural = { width: bitmap.width, height: bitmap.height };
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { ...natural, image: flattenAlpha({ width, height, channels: 4, data: new Uint8Array(data.buffer) }) };
}

/**
 * Decodes a file for the digits' network.
 * @throws Error (`InvalidStateError` and others) where the browser cannot
 */
export async function readPhoto(file: Blob, name: string): Promise<Photo> {
  return { name, image: (await decodePhoto(file, MAX_SIDE)).image };
}

/** Mean brightness of a picture, 0–255. */
export function meanBrightness(image: Image): number {
  const { data } = toGray(image);
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}

/** Brighter than half: most likely dark ink on light paper, where the network knows light ink on black. */
export const isDarkOnLight = (image: Image): boolean => meanBrightness(image) > 127;

/** The negative. */
export const invert = (image: Image): Image => ({ ...image, data: image.data.map((value) => 255 - value) });

/** RGBA pixels of a gray or RGB picture, as a canvas takes them. */
export function toRgba({ width, height, channels, data }: Image): ImageData {
  const pixels = new ImageData(width, height);
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2];
  for (let from = 0, to = 0; from < data.length; from += channels, to += 4) {
    pixels.data[to] = data[from] as number;
    pixels.data[to + 1] = data[from + green] as number;
    pixels.data[to + 2] = data[from + blue] as number;
    pixels.data[to + 3] = 255;
  }
  return pixels;
}

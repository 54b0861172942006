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

/**
 * Decodes a file.
 * @throws Error (`InvalidStateError` and others) where the browser cannot
 */
export async function readPhoto(file: Blob, name: string): Promise<Photo> {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none' });
  const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const context = contextOf(width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { name, image: flattenAlpha({ width, height, channels: 4, data: new Uint8Array(data.buffer) }) };
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

function contextOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
}

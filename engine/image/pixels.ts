/** Between the decoder and everything that wants one kind of picture: alpha away, gray, RGB. [H,W,C] u8 throughout. */
import type { Image } from './image.ts';

/** Luma of ITU-R BT.601 in 16-bit fixed point, as Pillow's `convert('L')` has it. r, g, b and the result 0–255. */
export function luma(r: number, g: number, b: number): number {
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
}

/** `value` with opacity `alpha` over `background`, all 0–255, rounded to the nearest (255 is odd: there are no ties). */
export function over(value: number, alpha: number, background: number): number {
  return Math.floor((value * alpha + background * (255 - alpha) + 127) / 255);
}

/** True where the last channel is alpha. */
export function hasAlpha(image: Image): boolean {
  return image.channels === 2 || image.channels === 4;
}

/** Lays a picture with alpha over a uniform background (0–255): 2 channels become 1, 4 become 3, others stay as they are. */
export function flattenAlpha(image: Image, background = 255): Image {
  if (!hasAlpha(image)) return image;
  const { width, height } = image;
  const channels = image.channels === 2 ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let from = 0, to = 0; to < data.length; from += channels + 1) {
    const alpha = image.data[from + channels]!;
    for (let channel = 0; channel < channels; channel++) {
      data[to++] = over(image.data[from + channel]!, alpha, background);
    }
  }
  return { width, height, channels, data };
}

/** One channel, 0–255: the luma of RGB. Alpha is laid over white first. */
export function toGray(image: Image): Image {
  const { width, height, channels, data: source } = flattenAlpha(image);
  if (channels === 1) return { width, height, channels, data: source };
  const data = new Uint8Array(width * height);
  for (let to = 0, from = 0; to < data.length; to++, from += 3) {
    data[to] = luma(source[from]!, source[from + 1]!, source[from + 2]!);
  }
  return { width, height, channels: 1, data };
}

/** The first channel as it stands: what a mask's class values are. */
export function firstChannel({ width, height, channels, data }: Image): Image {
  return { width, height, channels: 1, data: data.filter((_, i) => i % channels === 0) };
}

/** Three channels: gray is repeated. Alpha is laid over white first. */
export function toRgb(image: Image): Image {
  const { width, height, channels, data: source } = flattenAlpha(image);
  if (channels === 3) return { width, height, channels, data: source };
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < source.length; from++, to += 3) data.fill(source[from]!, to, to + 3);
  return { width, height, channels: 3, data };
}

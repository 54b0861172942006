/** What drawing stands on: a copy of the picture in colour, rectangles of whole pixels, and strokes that grow with it. */
import type { Image } from '../image/image.ts';
import { toRgb } from '../image/pixels.ts';
import type { Rgb } from './colours.ts';

/** Whole pixels; right and bottom are the first ones outside. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Sizes in pixels. */
export interface Stroke {
  /** Of a dot of text. */
  readonly scale: number;
  /** Of a line in a label's colour, and of the dark ones on both sides of it. */
  readonly line: number;
  readonly hair: number;
}

export const DARK: Rgb = [0, 0, 0];

/** A copy in RGB, alpha laid over white: the picture itself is never drawn on. */
export function canvasOf(image: Image): Image {
  const rgb = toRgb(image);
  return rgb.data === image.data ? { ...rgb, data: rgb.data.slice() } : rgb;
}

/** Letters are about a thirtieth of a picture's mean side; below 16 pixels nothing but a thin line has room. */
export function strokeFor({ width, height }: Pick<Image, 'width' | 'height'>): Stroke {
  const shorter = Math.min(width, height);
  if (shorter < 16) return { scale: 1, line: 1, hair: 0 };
  // A long strip is not written full: at most a sixteenth of its shorter side is a dot.
  const scale = Math.max(1, Math.min(Math.round(Math.sqrt(width * height) / 240), Math.floor(shorter / 16)));
  return { scale, line: scale + 1, hair: Math.ceil(scale / 3) };
}

export const grow = ({ left, top, right, bottom }: Rect, by: number): Rect => ({
  left: left - by,
  top: top - by,
  right: right + by,
  bottom: bottom + by,
});

/** The part inside a picture; empty where there is none. */
export const clip = ({ left, top, right, bottom }: Rect, { width, height }: Pick<Image, 'width' | 'height'>): Rect => ({
  left: Math.max(left, 0),
  top: Math.max(top, 0),
  right: Math.min(right, width),
  bottom: Math.min(bottom, height),
});

export const overlaps = (a: Rect, b: Rect): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Fills the part of a rectangle that is in the picture. `image`: RGB */
export function fill(image: Image, rect: Rect, [red, green, blue]: Rgb): void {
  const { left, top, right, bottom } = clip(rect, image);
  const { data, width } = image;
  for (let y = top; y < bottom; y++) {
    for (let at = 3 * (y * width + left), end = 3 * (y * width + right); at < end; at += 3) {
      data[at] = red;
      data[at + 1] = green;
      data[at + 2] = blue;
    }
  }
}

/** A frame of `width` pixels along the inside of a rectangle; all of it where there is no more than frame. */
export function ring(image: Image, { left, top, right, bottom }: Rect, width: number, colour: Rgb): void {
  const isSolid = right - left <= 2 * width || bottom - top <= 2 * width;
  fill(image, { left, top, right, bottom: isSolid ? bottom : top + width }, colour);
  if (isSolid) return;
  fill(image, { left, top: bottom - width, right, bottom }, colour);
  fill(image, { left, top: top + width, right: left + width, bottom: bottom - width }, colour);
  fill(image, { left: right - width, top: top + width, right, bottom: bottom - width }, colour);
}

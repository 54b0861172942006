/** Augmentations that take pixels away at the sides of a picture, or add some. */
import { type Border, borders } from '../image/border.ts';
import type { MatrixMotion, Work } from './augmentation.ts';
import { multiply, scaling, translation } from './matrix.ts';
import type { Size } from './options.ts';
import { bytesPerPixel, type Fill, fillPixel } from './resampling.ts';
import { resizePicture } from './resize.ts';
import type { Picture, Studio } from './studio.ts';

/** Pixels at each side, added where positive, taken away where negative. */
export interface Sides {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

interface Params extends Sides {
  /** Resizes back to the size that came in. */
  readonly keepSize: boolean;
}

/** Whole pixels, and so few of them taken away that one stays. */
export function wholeSides({ top, right, bottom, left }: Sides, { width, height }: Size): Sides {
  const [wholeTop, wholeBottom] = wholePair(top, bottom, height);
  const [wholeLeft, wholeRight] = wholePair(left, right, width);
  return { top: wholeTop, right: wholeRight, bottom: wholeBottom, left: wholeLeft };
}

function wholePair(first: number, second: number, side: number): readonly [number, number] {
  // Adding zero turns −0, which JSON does not know, into 0.
  const [a, b] = [Math.floor(first + 0.5) + 0, Math.floor(second + 0.5) + 0];
  const [cutA, cutB] = [taken(a), taken(b)];
  if (cutA + cutB < side) return [a, b];
  const keptA = Math.floor((cutA * (side - 1)) / (cutA + cutB));
  return [cutA > 0 ? 0 - keptA : a, cutB > 0 ? 0 - (side - 1 - keptA) : b];
}

function taken(side: number): number {
  return Math.max(0 - side, 0);
}

function added(side: number): number {
  return Math.max(side, 0);
}

export function sidesMotion(params: Params, size: Size): MatrixMotion {
  const { top, right, bottom, left, keepSize } = params;
  const width = size.width + left + right;
  const height = size.height + top + bottom;
  const matrix = translation(left, top);
  if (!keepSize) return { matrix, width, height };
  return { matrix: multiply(scaling(size.width / width, size.height / height), matrix), ...size };
}

/** Cuts first, then adds: what is added goes by what is left. */
export function changeSides({ studio, image }: Work<unknown>, params: Params, border: Border, fill: Fill): Picture {
  const { top, right, bottom, left, keepSize } = params;
  const width = image.width - taken(left) - taken(right);
  const height = image.height - taken(top) - taken(bottom);
  const isCut = [top, right, bottom, left].every((side) => side <= 0);
  const changed = isCut ? cutOut(studio, image, taken(left), taken(top), width, height) : pad();
  return keepSize ? resizePicture(studio, changed, image.width, image.height, 'bilinear', false) : changed;

  function pad(): Picture {
    const pixel = bytesPerPixel(image);
    const target = studio.picture(
      width + added(left) + added(right),
      height + added(top) + added(bottom),
      image.channels,
      image.type,
    );
    studio.call.padPart(
      image.ptr + (taken(top) * image.width + taken(left)) * pixel,
      width,
      height,
      image.width * pixel,
      pixel,
      target.ptr,
      added(top),
      added(right),
      added(bottom),
      added(left),
      borders.indexOf(border),
      fillPixel(studio, image, fill),
    );
    return target;
  }
}

/** The part of a picture that begins `left`, `top` pixels inside, as a picture of its own. */
function cutOut(studio: Studio, image: Picture, left: number, top: number, width: number, height: number): Picture {
  const target = studio.picture(width, height, image.channels, image.type);
  const pixel = bytesPerPixel(image);
  const from = image.ptr + (top * image.width + left) * pixel;
  studio.call.copyRows(from, image.width * pixel, target.ptr, width * pixel, height, width * pixel);
  return target;
}

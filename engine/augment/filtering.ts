/** Filters over pictures in the studio: what the augmentations that look at neighbours share. */
import { exp } from '../elementary.ts';
import { type Border, borders } from '../image/border.ts';
import { type Filter, MAX_FILTER_SIDE } from '../image/filters.ts';
import { number } from './options.ts';
import { type Fill, fillPixel, isFloat, outside } from './resampling.ts';
import type { Picture, PixelType, Studio } from './studio.ts';

/** Options of every filter. */
export const reflected = outside('reflect');

export interface Outside {
  readonly border: Border;
  readonly fill: Fill;
}

/** Side of a square window, pixels. */
export const windowSize = (byDefault: unknown, odd: boolean) =>
  number({ default: byDefault, min: 1, max: MAX_FILTER_SIDE, integer: true, odd });

/** A 3×3 filter, rows one after the other. */
export function smallFilter(weights: readonly number[]): Filter {
  return { width: 3, height: 3, weights: Float32Array.from(weights) };
}

/**
 * Correlates every channel with a filter, its anchor in the middle. u8 is rounded half to even and clipped.
 * @param type of the result: f32 keeps the sums as they are, u8 is for u8 pictures
 */
export function correlate(
  studio: Studio,
  image: Picture,
  { width, height, weights }: Filter,
  { border, fill }: Outside,
  type: PixelType = image.type,
): Picture {
  const target = studio.picture(image.width, image.height, image.channels, type);
  const scratch = studio.take(studio.call.correlateScratch(image.width, image.channels, width, height));
  const fillPtr = fillPixel(studio, image, fill);
  const weightsPtr = studio.place(weights);
  studio.call.correlate(
    image.ptr,
    image.width,
    image.height,
    image.channels,
    isFloat(image),
    target.ptr,
    isFloat(target),
    weightsPtr,
    width,
    height,
    borders.indexOf(border),
    fillPtr,
    scratch,
  );
  return target;
}

/** Blurs down and across. `weights`: from the middle to the rim of a symmetric filter whose sum is 1. */
export function blurSeparably(
  studio: Studio,
  image: Picture,
  weights: Float32Array,
  { border, fill }: Outside,
): Picture {
  const radius = weights.length - 1;
  if (radius === 0) return image;
  const target = studio.like(image);
  const scratch = studio.take(studio.call.blurScratch(image.width, image.channels, radius));
  const fillPtr = fillPixel(studio, image, fill);
  const weightsPtr = studio.place(weights);
  studio.call.blur(
    image.ptr,
    image.width,
    image.height,
    image.channels,
    isFloat(image),
    target.ptr,
    weightsPtr,
    radius,
    borders.indexOf(border),
    fillPtr,
    scratch,
  );
  return target;
}

/** exp(−x²/2σ²) for x = 0 … radius, over the sum of the whole window; one weight where σ is 0. */
export function gaussianWeights(sigma: number, radius: number): Float32Array {
  if (sigma === 0) return Float32Array.of(1);
  const values = Array.from({ length: radius + 1 }, (_, x) => exp(-((x / sigma) ** 2) / 2));
  const sum = values.reduce((total, value, x) => total + (x === 0 ? value : 2 * value), 0);
  return Float32Array.from(values, (value) => value / sum);
}

export type WindowFilter = 'boxBlur' | 'median';

/** One of the filters that see a square window and no weights. */
export function overWindow(
  filter: WindowFilter,
  studio: Studio,
  image: Picture,
  size: number,
  { border, fill }: Outside,
): Picture {
  if (size === 1) return image;
  const target = studio.like(image);
  const { call } = studio;
  const scratch = studio.take(call[`${filter}Scratch`](image.width, image.channels, size));
  call[filter](
    image.ptr,
    image.width,
    image.height,
    image.channels,
    isFloat(image),
    target.ptr,
    size,
    borders.indexOf(border),
    fillPixel(studio, image, fill),
    scratch,
  );
  return target;
}

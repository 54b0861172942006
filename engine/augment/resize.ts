/** Pictures of another size. */
import {
  type Axis,
  antialiasedAxis,
  areaAxis,
  filters,
  levelWeight,
  narrowAxis,
  narrowFilters,
  nearestAxis,
} from '../image/axis.ts';
import { isFloat } from './resampling.ts';
import type { Picture, Studio } from './studio.ts';

export const resizeFilters = ['nearest', 'bilinear', 'bicubic', 'lanczos', 'box', 'area'] as const;
export type ResizeFilter = (typeof resizeFilters)[number];

function axisOf(size: number, full: number, filter: ResizeFilter, antialias: boolean): Axis {
  if (filter === 'nearest') return nearestAxis(size, full, antialias ? 0.5 : 0);
  if (filter === 'area') return areaAxis(size, full);
  return antialias ? antialiasedAxis(size, full, filters[filter]) : narrowAxis(size, full, narrowFilters[filter]);
}

/**
 * The picture with `width` × `height` pixels: with antialias as Pillow does it (8-bit levels between the two passes),
 * without as OpenCV does it, `area` as the exact mean of what a pixel covers. The picture itself where the size stays.
 */
export function resizePicture(
  studio: Studio,
  image: Picture,
  width: number,
  height: number,
  filter: ResizeFilter,
  antialias: boolean,
): Picture {
  if (width === image.width && height === image.height) return image;
  const { channels, type } = image;
  const target = studio.picture(width, height, channels, type);
  const isPillow = antialias && filter !== 'area' && type === 'u8';
  if (isPillow && filter === 'bilinear' && isHalf(image, target)) {
    const scratch = studio.take(6 * studio.call.halveScratch(image.width, channels));
    studio.call.halve(image.ptr, image.width, image.height, channels, target.ptr, scratch);
    return target;
  }
  const between = isPillow ? 'u8' : 'f32';
  const wide = studio.picture(width, image.height, channels, between);
  const columns = writeAxis(studio, axisOf(image.width, width, filter, antialias), width, isPillow);
  const rows = writeAxis(studio, axisOf(image.height, height, filter, antialias), height, isPillow);
  const { call } = studio;
  if (isPillow) {
    // An axis that keeps its size is left alone, as in Pillow.
    const isWide = width === image.width;
    const isDone = height === image.height;
    const [across, down] = [isDone ? target : wide, isWide ? image : wide];
    if (!isWide) {
      const { ptr, taps } = columns;
      call.resampleAcrossLevels(image.ptr, image.width, image.height, channels, ptr, taps, width, across.ptr);
    }
    if (!isDone) call.resampleDownLevels(down.ptr, width * channels, rows.ptr, rows.taps, height, target.ptr);
    return target;
  }
  call.resampleAcross(
    image.ptr,
    image.width,
    image.height,
    channels,
    isFloat(image),
    columns.ptr,
    columns.taps,
    width,
    wide.ptr,
  );
  call.resampleDown(wide.ptr, width * channels, rows.ptr, rows.taps, height, target.ptr, isFloat(image));
  return target;
}

/** Whether `halve` can do it. */
function isHalf({ width, height, channels }: Picture, target: Picture): boolean {
  const isEven = width === 2 * target.width && height === 2 * target.height;
  return isEven && width >= 16 && height >= 16 && (channels === 1 || channels === 3 || channels === 4);
}

/** An axis as the kernels read it: for every output start, length and weights. */
function writeAxis(
  studio: Studio,
  { taps, run }: Axis,
  count: number,
  isWhole: boolean,
): { ptr: number; taps: number } {
  const entry = taps + 2;
  const ptr = studio.take(count * entry * 4);
  const words = studio.words(ptr, count * entry);
  const floats = studio.floats(ptr, count * entry);
  const weights = new Float64Array(taps);
  for (let i = 0, at = 0; i < count; i++, at += entry) {
    const { start, length } = run(i, weights);
    words[at] = start;
    words[at + 1] = length;
    for (let tap = 0; tap < length; tap++) {
      if (isWhole) words[at + 2 + tap] = levelWeight(weights[tap] as number);
      else floats[at + 2 + tap] = weights[tap] as number;
    }
  }
  return { ptr, taps };
}

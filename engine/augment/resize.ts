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
  const columns = load(studio, tableOf(image.width, width, filter, antialias, isPillow));
  const rows = load(studio, tableOf(image.height, height, filter, antialias, isPillow));
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

interface Table {
  readonly taps: number;
  /** For every output start, length and weights, as the kernels read them. */
  readonly words: Int32Array;
}

/** Tables of axes that came up lately: pictures of a data set mostly get the same size. */
const known = new Map<string, Table>();
const MAX_KNOWN = 64;

function tableOf(size: number, full: number, filter: ResizeFilter, antialias: boolean, isWhole: boolean): Table {
  const key = `${size} ${full} ${filter} ${antialias} ${isWhole}`;
  const found = known.get(key);
  if (found) return found;
  if (known.size >= MAX_KNOWN) known.clear();
  const table = makeTable(axisOf(size, full, filter, antialias), full, isWhole);
  known.set(key, table);
  return table;
}

/** @param isWhole weights as integers for levels, else f32 */
function makeTable({ taps, run }: Axis, count: number, isWhole: boolean): Table {
  const entry = taps + 2;
  const words = new Int32Array(count * entry);
  const floats = new Float32Array(words.buffer);
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
  return { taps, words };
}

function load(studio: Studio, { taps, words }: Table): { ptr: number; taps: number } {
  const ptr = studio.take(words.byteLength);
  studio.words(ptr, words.length).set(words);
  return { ptr, taps };
}

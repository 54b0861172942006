/** Superpixels of a picture, and its mean colours over them (assembly/image/lab-planes.ts, slic.ts, segments.ts). */
import { power } from '../elementary.ts';
import type { Size } from './options.ts';
import { bytesPerPixel, isFloat } from './resampling.ts';
import type { Picture, Studio } from './studio.ts';

/** Segments are made on a copy whose longer side has at most as many pixels. */
const MAX_SIDE = 128;
/** How much places weigh against colours. */
const COMPACTNESS = 10;
const ROUNDS = 10;
/** Pieces smaller than this share of the mean segment join a neighbour. */
const LEAST_SHARE = 0.25;
/** Segments there may be for one that is wanted: where there are more, small ones join. */
const MOST_SHARE = 1.25;

/** A map of labels 0 … count − 1, stretched over the picture by nearest neighbours. */
export interface Segments extends Size {
  /** Byte offset of i32 [height, width]. */
  readonly ptr: number;
  readonly count: number;
}

/** Light of an sRGB level (IEC 61966-2-1). */
function linearLight(level: number): number {
  const value = level / 255;
  return value <= 0.04045 ? value / 12.92 : power((value + 0.055) / 1.055, 2.4);
}

/** The levels 0 … 256 through a curve; the last point is never reached, only leant on. */
const curveOf = (map: (level: number) => number) => Float32Array.from({ length: 257 }, (_, level) => map(level));
const light = curveOf(linearLight);
/** As L of Lab: 0 … 100. */
const plain = curveOf((level) => (level / 255) * 100);

/** A copy of a picture as three planes of colours, f32 [height, stride] each. */
export interface ColourPlanes extends Size {
  readonly ptr: number;
  readonly stride: number;
}

/**
 * The small copy on which segments are made: CIE Lab of pictures with 1, 3 and 4 channels (the fourth left out), else the
 * first three channels as they are, 0 … 100.
 */
export function colourPlanes(studio: Studio, image: Picture): ColourPlanes {
  const longer = Math.max(image.width, image.height);
  const side = (length: number) => (longer > MAX_SIDE ? Math.max(Math.floor((length * MAX_SIDE) / longer), 1) : length);
  const width = side(image.width);
  const height = side(image.height);
  const stride = Math.ceil(width / 4) * 4;
  const isColour = [1, 3, 4].includes(image.channels);
  const curve = studio.place(isColour ? light : plain);
  const ptr = studio.take(stride * height * 12);
  const row = studio.take((image.width * image.channels + 8) * 4);
  const columns = studio.take(stride * 12);
  studio.call.reduceToPlanes(
    image.ptr,
    image.width,
    image.height,
    image.channels,
    isFloat(image),
    curve,
    ptr,
    width,
    height,
    stride,
    isColour ? 1 : 0,
    row,
    columns,
  );
  return { ptr, width, height, stride };
}

/** Centres of segments along both sides: about `wanted`, as square as can be. */
export function centresOf({ width, height }: Size, wanted: number): { readonly across: number; readonly down: number } {
  const across = between(Math.round(Math.sqrt((wanted * width) / height)), 1, width);
  return { across, down: between(Math.round(wanted / across), 1, height) };
}

/** About `wanted` connected segments of similar colour. */
export function segment(studio: Studio, image: Picture, wanted: number): Segments {
  const planes = colourPlanes(studio, image);
  const { width, height } = planes;
  const { across, down } = centresOf(planes, wanted);
  const least = Math.floor((LEAST_SHARE * width * height) / (across * down));
  const most = Math.max(Math.floor(MOST_SHARE * wanted), 1);
  return slic(studio, planes, across, down, least, most);
}

/**
 * Segments around across × down centres.
 * @param least pixels; what is smaller joins a neighbour
 * @param most segments; `least` is raised until there are no more
 */
export function slic(
  studio: Studio,
  { ptr: planes, width, height, stride }: ColourPlanes,
  across: number,
  down: number,
  least: number,
  most: number,
): Segments {
  const ptr = studio.take(width * height * 4);
  const work = studio.take(stride * height * 28 + across * down * 64);
  const { call } = studio;
  const count = call.slic(planes, width, height, stride, across, down, COMPACTNESS, ROUNDS, least, most, ptr, work);
  return { ptr, width, height, count };
}

/** Paints the chosen segments with their mean colour, in place; u8: floor(mean + ½). */
export function paintMeans(
  studio: Studio,
  image: Picture,
  segments: Segments,
  isChosen: (label: number) => boolean,
): void {
  const { channels } = image;
  const { ptr, width, height, count } = segments;
  const sumsPtr = studio.take(count * (channels + 1) * 8);
  const columns = studio.take(image.width * 4);
  const colours = studio.take(count * channels * 4);
  const chosenPtr = studio.take(count);
  const { call } = studio;
  call.sumSegments(
    image.ptr,
    image.width,
    image.height,
    channels,
    isFloat(image),
    ptr,
    width,
    height,
    sumsPtr,
    count,
    columns,
  );
  const sums = studio.doubles(sumsPtr, count * (channels + 1));
  const chosen = studio.bytes(chosenPtr, count);
  const means =
    image.type === 'f32' ? studio.floats(colours, count * channels) : studio.bytes(colours, count * channels);
  const half = image.type === 'f32' ? 0 : 0.5;
  for (let label = 0; label < count; label++) {
    const pixels = sums[label * (channels + 1) + channels] as number;
    // A label that no pixel of the picture has is painted nowhere.
    chosen[label] = pixels > 0 && isChosen(label) ? 1 : 0;
    for (let c = 0; c < channels; c++) {
      means[label * channels + c] = pixels > 0 ? (sums[label * (channels + 1) + c] as number) / pixels + half : 0;
    }
  }
  call.paintSegments(
    image.ptr,
    image.width,
    image.height,
    bytesPerPixel(image),
    ptr,
    width,
    height,
    colours,
    chosenPtr,
    columns,
  );
}

function between(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

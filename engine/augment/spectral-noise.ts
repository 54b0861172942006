/**
 * Smooth random planes: the real part of the inverse Fourier transform of a random spectrum that falls like a power of the
 * frequency, brought to 0.01 … 1. The spectrum is that of imgaug 0.4's FrequencyNoise, whose statistics clouds are judged
 * by: frequencies are counted from the nearest corner of the spectrum, from 0 on both sides, and amplitudes are
 * u·cos(2πv), real on large grids, which makes the field mirror itself in a point.
 */
import { cos, power, sin } from '../elementary.ts';
import type { Random } from '../random.ts';
import type { Size } from './options.ts';
import type { Plane } from './stretch.ts';
import type { Studio } from './studio.ts';

const LEAST = 0.01;
/** Sides of the grid, cells. Greater ones are cut, as details of less than a thousandth of the picture are not missed. */
const MIN_SIDE = 4;
const MAX_SIDE = 1024;
/** Grids up to this side are summed up directly, with their own period; the rest goes through powers of two. */
const SMALL_SIDE = 8;

/** Cells along both sides of a grid whose longer side has `most`, in the picture's proportions. */
export function gridOf({ width, height }: Size, most: number): Size {
  const longer = Math.max(width, height, most);
  const side = (length: number) => Math.min(Math.max(Math.floor((length * most) / longer), MIN_SIDE), MAX_SIDE);
  return { width: side(width), height: side(height) };
}

/**
 * Noise of the grid's frequencies; greater grids come out on the next powers of two, one period all the same, and the point
 * in which they are mirrored anywhere.
 */
export function spectralNoise(studio: Studio, grid: Size, exponent: number, random: Random): Plane {
  const { width, height } = grid;
  return Math.max(width, height) <= SMALL_SIDE
    ? smallNoise(studio, grid, exponent, random)
    : largeNoise(studio, grid, exponent, random);
}

function smallNoise(studio: Studio, { width, height }: Size, exponent: number, random: Random): Plane {
  const stride = Math.max(width, MIN_SIDE);
  const re = new Float64Array(width * height);
  const im = new Float64Array(width * height);
  for (let i = 0; i < re.length; i++) {
    const x = i % width;
    const y = Math.floor(i / width);
    const [a, b] = [Math.min(x, width - 1 - x), Math.min(y, height - 1 - y)];
    const square = a * a + b * b;
    const size = square === 0 ? 0 : power(square, exponent / 2);
    const radius = random.float();
    const angle = random.float() * 2 * Math.PI;
    re[i] = size * radius * cos(angle);
    im[i] = size * radius * sin(angle);
  }
  const rows = new Float64Array(re.length * 2);
  const turnX = turns(width);
  const turnY = turns(height);
  for (let i = 0; i < re.length; i++) {
    const x = i % width;
    const first = i - x;
    for (let l = 0; l < width; l++) {
      const [c, s] = turnX[(l * x) % width] as readonly [number, number];
      const [a, b] = [re[first + l] as number, im[first + l] as number];
      rows[2 * i] = (rows[2 * i] as number) + a * c - b * s;
      rows[2 * i + 1] = (rows[2 * i + 1] as number) + a * s + b * c;
    }
  }
  const shiftX = random.below(width);
  const shiftY = random.below(height);
  const ptr = studio.take(stride * height * 4);
  const plane = studio.floats(ptr, stride * height);
  const sums = Float64Array.from(re, (_, i) => {
    const x = i % width;
    const y = Math.floor(i / width);
    let sum = 0;
    for (let k = 0; k < height; k++) {
      const [c, s] = turnY[(k * y) % height] as readonly [number, number];
      const at = 2 * (k * width + x);
      sum += (rows[at] as number) * c - (rows[at + 1] as number) * s;
    }
    return sum;
  });
  const low = sums.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = sums.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const factor = high > low ? (1 - LEAST) / (high - low) : 0;
  sums.forEach((value, i) => {
    const x = ((i % width) + shiftX) % width;
    const y = (Math.floor(i / width) + shiftY) % height;
    plane[y * stride + x] = LEAST + (value - low) * factor;
  });
  return { ptr, width, height, stride };
}

/** cos and sin of 2πk/n, k = 0 … n − 1. */
function turns(n: number): readonly (readonly [number, number])[] {
  return Array.from({ length: n }, (_, k) => [cos((2 * Math.PI * k) / n), sin((2 * Math.PI * k) / n)] as const);
}

function largeNoise(studio: Studio, grid: Size, exponent: number, random: Random): Plane {
  const width = powerOfTwo(grid.width);
  const height = powerOfTwo(grid.height);
  const bytes = width * height * 4;
  const re = studio.take(bytes);
  const turnedRe = studio.take(bytes);
  const turnedIm = studio.take(bytes);
  const row = studio.take((grid.width + 16) * 8);
  const buffer = studio.take(Math.max(width, height) * 36);
  const across = twiddles(studio, width);
  const down = twiddles(studio, height);
  const { call } = studio;
  const [key0, key1] = random.kernelKey();
  call.drawSpectrum(re, width, height, grid.width, grid.height, exponent, key0, key1, row);
  const shiftY = 4 * random.below(height / 4);
  const shiftX = 4 * random.below(width / 4);
  // Down the columns, which turns the plane over; then the same for what was across, which turns it back.
  call.transformColumns(re, 0, height, width, turnedRe, turnedIm, down, buffer, shiftY);
  call.transformColumns(turnedRe, turnedIm, width, height, re, 0, across, buffer, shiftX);
  call.normalizePlane(re, width * height, LEAST);
  return { ptr: re, width, height, stride: width };
}

function powerOfTwo(least: number): number {
  let result = MIN_SIDE;
  while (result < least) result *= 2;
  return result;
}

/** Pairs cos, sin of 2πk/n, k < n/2, by n: at most a dozen small tables. */
const knownTwiddles = new Map<number, Float32Array>();

function twiddles(studio: Studio, n: number): number {
  const known = knownTwiddles.get(n);
  const table =
    known ??
    Float32Array.from({ length: n }, (_, i) => {
      const angle = (2 * Math.PI * (i >> 1)) / n;
      return i % 2 === 0 ? cos(angle) : sin(angle);
    });
  if (!known) knownTwiddles.set(n, table);
  return studio.place(table);
}

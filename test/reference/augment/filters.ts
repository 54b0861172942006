/** Filters: every value from all that its window sees. */
import { type Fill, fillLevel } from '../../../engine/augment/resampling.ts';
import { type Border, borderIndex } from '../../../engine/image/border.ts';
import { type FilterName, parseFilter } from '../../../engine/image/filters.ts';
import type { AugmentReference, ReferencePicture } from './reference.ts';

interface How {
  readonly border: Border;
  readonly fill: Fill;
}
type Rows = readonly (readonly number[])[];

/** The values that a window of width × height sees around each value, row by row; the anchor lies behind the middle. */
function overWindows(
  image: ReferencePicture,
  [width, height]: readonly [number, number],
  how: How,
  result: (window: readonly number[]) => number,
): ReferencePicture {
  const data = image.data.map((_, i) => {
    const channel = i % image.channels;
    const pixel = Math.floor(i / image.channels);
    const window: number[] = [];
    for (let ky = 0; ky < height; ky++) {
      for (let kx = 0; kx < width; kx++) {
        const x = borderIndex((pixel % image.width) + kx - Math.floor(width / 2), image.width, how.border);
        const y = borderIndex(Math.floor(pixel / image.width) + ky - Math.floor(height / 2), image.height, how.border);
        const isOutside = x < 0 || y < 0;
        const at = (y * image.width + x) * image.channels + channel;
        window.push(isOutside ? fillLevel(how.fill, channel) : (image.data[at] as number));
      }
    }
    return result(window);
  });
  return { ...image, data };
}

function correlated(image: ReferencePicture, filter: Rows, how: How): ReferencePicture {
  const weights = filter.flat();
  return overWindows(image, [(filter[0] as readonly number[]).length, filter.length], how, (window) => {
    return window.reduce((sum, value, i) => sum + value * (weights[i] as number), 0);
  });
}

/**
 * f32 sums of N products are off by less than (N + 2)·2^-24·Σ|w|·255. The samples' widest filter has 30 weights, Σ|w| = 24.3:
 * 32 · 6e-8 · 24.3 · 255 = 0.012.
 */
const CORRELATION_BOUND = 0.012;

type Small = How & { readonly alpha: number };

export const sharpen: AugmentReference = {
  run: (image, { alpha, lightness, ...how }: Small & { readonly lightness: number }) => {
    const rim = -alpha;
    const middle = 1 - alpha + alpha * (8 + lightness);
    return correlated(
      image,
      [
        [rim, rim, rim],
        [rim, middle, rim],
        [rim, rim, rim],
      ],
      how,
    );
  },
  bound: CORRELATION_BOUND,
  rounding: 'halfEven',
};

export const emboss: AugmentReference = {
  run: (image, { alpha: a, strength: s, ...how }: Small & { readonly strength: number }) =>
    correlated(
      image,
      [
        [a * (-1 - s), -a * s, 0],
        [-a * s, 1, a * s],
        [0, a * s, a * (1 + s)],
      ],
      how,
    ),
  bound: CORRELATION_BOUND,
  rounding: 'halfEven',
};

/** Blue, white, red for the sum of three channels; a fourth as it was. */
function painted(image: ReferencePicture, sums: ReferencePicture): ReferencePicture {
  const { channels } = image;
  const sumAt = (i: number) => [0, 1, 2].reduce((sum, c) => sum + (sums.data[i - (i % channels) + c] as number), 0);
  const largest = image.data.reduce((most, _, i) => Math.max(most, Math.abs(sumAt(i))), 0);
  const data = image.data.map((value, i) => {
    const channel = i % channels;
    if (channel === 3) return value;
    const share = largest === 0 ? 0 : sumAt(i) / largest;
    const isFull = (channel === 0 && share >= 0) || (channel === 2 && share <= 0);
    return isFull ? 255 : 255 * (1 - Math.abs(share));
  });
  return { ...image, data };
}

interface Convolve {
  readonly filter: FilterName | undefined;
  readonly matrix: Rows | undefined;
  readonly output: 'clip' | 'signed';
}

export const convolve: AugmentReference = {
  run: (image, { filter, matrix, output, ...how }: How & Convolve) => {
    const { width, weights } = parseFilter(filter ?? matrix);
    const rows = Array.from({ length: weights.length / width }, (_, y) => [
      ...weights.subarray(y * width, (y + 1) * width),
    ]);
    const sums = correlated(image, rows, how);
    return output === 'clip' ? sums : painted(image, sums);
  },
  bound: CORRELATION_BOUND,
  rounding: 'halfEven',
};

/**
 * Two passes in f32 over at most 33 weights whose sum is 1, symmetric ones added first: 17 + 3 roundings a pass, and one
 * of each weight: 2 · 21 · 6e-8 · 255 = 6e-4 at most.
 */
export const gaussianBlur: AugmentReference = {
  run: (image, { sigma, size, ...how }: How & { readonly sigma: number; readonly size: number | undefined }) => {
    const radius = size === undefined ? Math.ceil(4 * sigma) : (size - 1) / 2;
    const line = Array.from({ length: 2 * radius + 1 }, (_, i) =>
      i === radius ? 1 : Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
    );
    const sum = line.reduce((total, weight) => total + weight, 0);
    const weights = line.map((weight) => weight / sum);
    return correlated(
      correlated(image, [weights], how),
      weights.map((weight) => [weight]),
      how,
    );
  },
  bound: 1e-3,
  rounding: 'halfEven',
};

/** The sums are exact, their quotient is rounded to f32 once: half an ulp of 255. */
export const boxBlur: AugmentReference = {
  run: (image, { size, ...how }: How & { readonly size: number }) =>
    overWindows(image, [size, size], how, (window) => {
      return window.reduce((sum, value) => sum + value, 0) / window.length;
    }),
  bound: 1e-4,
  rounding: 'halfEven',
};

/** Nothing is computed. */
export const medianBlur: AugmentReference = {
  run: (image, { size, ...how }: How & { readonly size: number }) =>
    overWindows(image, [size, size], how, (window) => {
      return window.toSorted((a, b) => a - b)[(window.length - 1) / 2] as number;
    }),
  bound: 0,
};

export const motionBlur: AugmentReference = {
  run: (image, { size, angle, ...how }: How & { readonly size: number; readonly angle: number }) => {
    const turn = (angle * Math.PI) / 180;
    const upright = Array.from({ length: size }, () =>
      Array.from({ length: size }, (_, x) => (x === (size - 1) / 2 ? 1 : 0)),
    );
    // Every cell of the turned line: where it comes from, bilinearly.
    const cell = (x: number, y: number) => upright[y]?.[x] ?? 0;
    const turned = upright.map((line, i) =>
      line.map((_, j) => {
        const middle = (size - 1) / 2;
        const x = Math.cos(turn) * (j - middle) + Math.sin(turn) * (i - middle) + middle;
        const y = -Math.sin(turn) * (j - middle) + Math.cos(turn) * (i - middle) + middle;
        const left = Math.floor(x);
        const top = Math.floor(y);
        const across = (row: number) => cell(left, row) * (left + 1 - x) + cell(left + 1, row) * (x - left);
        return across(top) * (top + 1 - y) + across(top + 1) * (y - top);
      }),
    );
    const sum = turned.flat().reduce((total, weight) => total + weight, 0);
    return correlated(
      image,
      turned.map((line) => line.map((weight) => weight / sum)),
      how,
    );
  },
  bound: CORRELATION_BOUND,
  rounding: 'halfEven',
};

/** Parts, margins and sizes of pictures. */
import type { Fill } from '../../../engine/augment/resampling.ts';
import type { ResizeFilter } from '../../../engine/augment/resize.ts';
import { type Border, borderIndex } from '../../../engine/image/border.ts';
import { sampleAt, warped } from './affine.ts';
import type { AugmentReference, ReferencePicture } from './reference.ts';

type At = (x: number, y: number, channel: number) => number;

export function pictureOf(width: number, height: number, channels: number, at: At): ReferencePicture {
  const data = Float64Array.from({ length: width * height * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    return at(pixel % width, Math.floor(pixel / width), i % channels);
  });
  return { width, height, channels, data };
}

function levelAt({ width, channels, data }: ReferencePicture, x: number, y: number, channel: number): number {
  return data[(y * width + x) * channels + channel] as number;
}

interface Sides {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
  readonly keepSize: boolean;
  readonly border: Border;
  readonly fill: Fill;
}

function padded(image: ReferencePicture, sides: Sides): ReferencePicture {
  const { top, right, bottom, left } = sides;
  const cut = (side: number) => Math.max(-side, 0);
  const width = image.width - cut(left) - cut(right);
  const height = image.height - cut(top) - cut(bottom);
  const part = pictureOf(width, height, image.channels, (x, y, c) => levelAt(image, x + cut(left), y + cut(top), c));
  return pictureOf(image.width + left + right, image.height + top + bottom, image.channels, (x, y, c) => {
    const column = borderIndex(x - Math.max(left, 0), width, sides.border);
    const row = borderIndex(y - Math.max(top, 0), height, sides.border);
    if (column >= 0 && row >= 0) return levelAt(part, column, row, c);
    return typeof sides.fill === 'number' ? sides.fill : (sides.fill[c] as number);
  });
}

function changed(image: ReferencePicture, sides: Sides): ReferencePicture {
  const result = padded(image, sides);
  if (!sides.keepSize) return result;
  return pictureOf(image.width, image.height, image.channels, (x, y, c) =>
    sampleAt(
      result,
      ((x + 0.5) * result.width) / image.width - 0.5,
      ((y + 0.5) * result.height) / image.height - 0.5,
      c,
      { interpolation: 'bilinear', border: 'edge', fill: 0 },
    ),
  );
}

/** keepSize sums four products in f32: eight roundings of half an ulp of at most 255, 8 · 7.7e-6, and four weights of 24 bits. */
const SIDES_BOUND = 2e-4;

export const cropAndPad: AugmentReference = { run: (image, params) => changed(image, params), bound: SIDES_BOUND };

export const crop: AugmentReference = {
  run: (image, { top, right, bottom, left, keepSize }: Sides) =>
    changed(image, { top: -top, right: -right, bottom: -bottom, left: -left, keepSize, border: 'constant', fill: 0 }),
  bound: SIDES_BOUND,
};

/** As of any matrix; positions are quotients here, whose denominator may be off by another ulp. */
export const perspective: AugmentReference = {
  run: (image, params, operation) => warped(image, params, operation, params),
  bound: 0.1,
  share: 0.01,
};

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

function cubic(x: number, a: number): number {
  const t = Math.abs(x);
  if (t <= 1) return (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1;
  return t < 2 ? a * t ** 3 - 5 * a * t ** 2 + 8 * a * t - 4 * a : 0;
}

const lanczos = (x: number, lobes: number) => (Math.abs(x) < lobes ? sinc(x) * sinc(x / lobes) : 0);

const kernels: Readonly<Record<string, (x: number, antialias: boolean) => number>> = {
  box: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0),
  bilinear: (x) => Math.max(1 - Math.abs(x), 0),
  bicubic: (x, antialias) => cubic(x, antialias ? -0.5 : -0.75),
  lanczos: (x, antialias) => lanczos(x, antialias ? 3 : 4),
};

/** Weights of every input for output i. */
function weightsOf(i: number, size: number, full: number, filter: ResizeFilter, antialias: boolean): number[] {
  const scale = size / full;
  const weights = new Array<number>(size).fill(0);
  const add = (at: number, weight: number) => {
    const index = Math.min(Math.max(at, 0), size - 1);
    weights[index] = (weights[index] as number) + weight;
  };
  const kernel = kernels[filter];
  if (filter === 'nearest') add(Math.floor((i + (antialias ? 0.5 : 0)) * scale), 1);
  else if (!kernel) {
    for (let x = 0; x < size; x++) add(x, Math.max(Math.min((i + 1) * scale, x + 1) - Math.max(i * scale, x), 0));
  } else {
    const centre = (i + 0.5) * scale;
    const widening = antialias ? Math.max(scale, 1) : 1;
    // Antialiased filters are cut off at the edge, the others go on with the edge's level.
    const reach = antialias ? 0 : 8;
    for (let x = -reach; x < size + reach; x++) add(x, kernel((x + 0.5 - centre) / widening, antialias));
  }
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / sum);
}

interface Resize {
  readonly width: number;
  readonly height: number;
  readonly filter: ResizeFilter;
  readonly antialias: boolean;
}

/** Across, then down, in f64; what Pillow does has weights of 22 bits, and levels in between. */
function resized(image: ReferencePicture, { width, height, filter, antialias }: Resize): ReferencePicture {
  const { channels } = image;
  const isPillow = image.type === 'u8' && antialias && filter !== 'area';
  const stored = (weight: number) =>
    isPillow ? Math.trunc(weight * 2 ** 22 + Math.sign(weight) / 2) / 2 ** 22 : weight;
  const axis = (size: number, full: number) =>
    Array.from({ length: full }, (_, i) => weightsOf(i, size, full, filter, antialias).map(stored));
  const [columns, rows] = [axis(image.width, width), axis(image.height, height)];
  const sum = (weights: readonly number[], at: (i: number) => number) =>
    weights.reduce((all, weight, i) => (weight === 0 ? all : all + weight * at(i)), 0);
  const level = (value: number) => (isPillow ? Math.min(Math.max(Math.floor(value + 0.5), 0), 255) : value);
  const wide = pictureOf(width, image.height, channels, (x, y, c) =>
    level(sum(columns[x] as number[], (i) => levelAt(image, i, y, c))),
  );
  return pictureOf(width, height, channels, (x, y, c) => sum(rows[y] as number[], (i) => levelAt(wide, x, i, c)));
}

/**
 * Pillow's integers are exact. The rest is f32: two passes of fewer than 64 products and sums, each rounded by half an ulp
 * of at most 255 · 1.5, 1.5e-5: 2 · 128 · 1.5e-5 = 4e-3.
 */
export const resize: AugmentReference = { run: (image, params) => resized(image, params), bound: 4e-3 };

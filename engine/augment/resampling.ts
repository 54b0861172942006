/** The options of everything that resamples, and resampling itself. */
import { type Border, borders } from '../image/border.ts';
import { excerpt } from '../json.ts';
import type { Field, MatrixMotion } from './augmentation.ts';
import { inverse, type Matrix } from './matrix.ts';
import { choice, fixed, type ParamsOf } from './options.ts';
import { type Path, pipelineError } from './pipeline-error.ts';
import type { Picture, Studio } from './studio.ts';

export const interpolations = ['nearest', 'bilinear', 'bicubic'] as const;
export type Interpolation = (typeof interpolations)[number];

/** Levels outside the picture, for border `constant`: one for all channels, or one a channel. */
export type Fill = number | readonly number[];

const isLevel = (value: unknown) => typeof value === 'number' && value >= 0 && value <= 255;

function parseFill(value: unknown, path: Path): Fill {
  if (isLevel(value)) return value as number;
  if (!Array.isArray(value) || value.length === 0 || !value.every(isLevel)) {
    throw pipelineError(path, `expected a level 0 … 255 or one a channel, got ${excerpt(value)}`);
  }
  return value as readonly number[];
}

export const fillOption = fixed<Fill>('level 0 … 255, or one a channel', parseFill, 0, '0');

/** What stands outside the picture. */
export const outside = (byDefault: Border) => ({ border: choice(borders, byDefault), fill: fillOption }) as const;

export const resampling = { interpolation: choice(interpolations, 'bilinear'), ...outside('constant') } as const;
export type Resampling = ParamsOf<typeof resampling>;

function parseMatrix(value: unknown, path: Path): Matrix {
  const isMatrix = Array.isArray(value) && value.length === 9 && value.every((item) => Number.isFinite(item));
  if (!isMatrix || !inverse(value as unknown as Matrix)) {
    throw pipelineError(path, `expected the nine numbers of a matrix that can be inverted, got ${excerpt(value)}`);
  }
  return value as unknown as Matrix;
}

/** The matrix itself, as resolved pipelines carry it: where it stands, the options that it was made of count no more. */
export const givenMatrix = fixed<Matrix | undefined>(
  'nine numbers, row by row; overrides the rest',
  parseMatrix,
  undefined,
  '–',
);

/** The i-th channel's level. */
export function fillLevel(fill: Fill, channel: number): number {
  return typeof fill === 'number' ? fill : (fill[channel] ?? 0);
}

/** Writes the fill as a pixel of the picture's type; returns its place. */
export function fillPixel(studio: Studio, { channels, type }: Picture, fill: Fill): number {
  const ptr = studio.take(channels * 4);
  const levels = Array.from({ length: channels }, (_, channel) => fillLevel(fill, channel));
  if (type === 'f32') studio.floats(ptr, channels).set(levels);
  else studio.bytes(ptr, channels).set(levels.map((level) => Math.floor(level + 0.5)));
  return ptr;
}

/** Resamples along a matrix; the picture itself where nothing moves. */
export function warpMatrix(studio: Studio, image: Picture, motion: MatrixMotion, how: Resampling): Picture {
  const back = inverse(motion.matrix);
  const target = studio.picture(motion.width, motion.height, image.channels, image.type);
  const fill = fillPixel(studio, image, how.fill);
  if (!back) {
    studio.call.fillPixels(target.ptr, target.width * target.height, fill, bytesPerPixel(image));
    return target;
  }
  studio.call.warpMatrix(
    image.ptr,
    image.width,
    image.height,
    image.channels,
    isFloat(image),
    target.ptr,
    target.width,
    target.height,
    ...(back as readonly [number, number, number, number, number, number, number, number, number]),
    interpolations.indexOf(how.interpolation),
    borders.indexOf(how.border),
    fill,
  );
  return target;
}

/** Resamples along a field. */
export function warpField(studio: Studio, image: Picture, field: Field, how: Resampling): Picture {
  const target = studio.like(image);
  studio.call.warpField(
    image.ptr,
    image.width,
    image.height,
    image.channels,
    isFloat(image),
    target.ptr,
    field.ptr,
    interpolations.indexOf(how.interpolation),
    borders.indexOf(how.border),
    fillPixel(studio, image, how.fill),
  );
  return target;
}

export function isFloat({ type }: Picture): number {
  return type === 'f32' ? 1 : 0;
}

export function bytesPerPixel({ channels, type }: Picture): number {
  return channels * (type === 'f32' ? 4 : 1);
}

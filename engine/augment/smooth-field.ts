/** Displacement fields: noise, smoothed. */
import { exp } from '../elementary.ts';
import type { Key } from '../random.ts';
import type { Field } from './augmentation.ts';
import type { Size } from './options.ts';
import type { Studio } from './studio.ts';

/** A plane that is to be filled with noise: columns of the picture lie side by side as rows of `step` bytes. */
export interface NoisePlane extends Size {
  readonly ptr: number;
  readonly step: number;
  /** 0 for displacements across, 1 for those down. */
  readonly index: number;
}

interface FieldOptions {
  /** Pixels. */
  readonly alpha: number;
  readonly sigma: number;
}

/** Planes are transposed in tiles of so many rows. */
const TILE = 4;

/** Noise may be written in whole runs of this many bytes. */
const RUN_BYTES = 256;

/**
 * alpha · noise smoothed by a Gaussian of `sigma`, cut off at 4 σ, outside mirrored without the edge. Both passes run down
 * rows, where neighbours are smoothed side by side: along the picture's rows first, on a plane that is transposed.
 */
export function smoothField(
  studio: Studio,
  size: Size,
  { alpha, sigma }: FieldOptions,
  fill: (plane: NoisePlane) => void,
): Field {
  const { width, height } = size;
  const radius = Math.max(Math.ceil(4 * sigma), 1);
  const [stepAcross, stepDown] = [rowBytes(height), rowBytes(width)];
  const field = studio.take((2 * width * height + width) * 4);
  const lying = roomFor(studio, width, stepAcross, radius);
  const standing = roomFor(studio, height, stepDown, radius);
  const smoothed = studio.take((width + TILE) * stepAcross);
  const isPacked = stepDown === width * 4;
  const padded = isPacked ? 0 : studio.take((height + 1) * stepDown);
  const weightsAcross = writeWeights(studio, sigma, radius, 1);
  const weightsDown = writeWeights(studio, sigma, radius, alpha);
  const { call } = studio;
  for (const index of [0, 1]) {
    const plane = field + index * width * height * 4;
    fill({ ...size, ptr: lying, step: stepAcross, index });
    call.smoothDown(lying, stepAcross, width, radius, weightsAcross, smoothed);
    call.transposePlane(smoothed, stepAcross, width, height, standing, stepDown);
    call.smoothDown(standing, stepDown, height, radius, weightsDown, isPacked ? plane : padded);
    if (!isPacked) call.copyRows(padded, stepDown, plane, width * 4, height, width * 4);
  }
  return { ptr: field };
}

/** Uniform noise from the numbers of a key. */
export function uniformPlane(studio: Studio, { ptr, step, width, index }: NoisePlane, [key0, key1]: Key): void {
  studio.call.uniformNoise(ptr, (width * step) / 4, index, key0, key1);
}

/** Rows are smoothed eight values at a time. */
function rowBytes(values: number): number {
  return Math.ceil(values / 8) * 32;
}

/** The first of `rows` rows with room for `radius` before, and behind for as many and those of a tile. */
function roomFor(studio: Studio, rows: number, step: number, radius: number): number {
  return studio.take((rows + 2 * radius + TILE) * step + RUN_BYTES) + radius * step;
}

/** Half of a symmetric window, the middle first, with sum `total`. */
function writeWeights(studio: Studio, sigma: number, radius: number, total: number): number {
  const ptr = studio.take((radius + 1) * 4);
  const half = Float64Array.from({ length: radius + 1 }, (_, k) =>
    sigma === 0 ? Number(k === 0) : exp((-k * k) / (2 * sigma * sigma)),
  );
  const sum = half.reduce((all, weight, k) => all + (k === 0 ? weight : 2 * weight), 0);
  studio.floats(ptr, radius + 1).set(half.map((weight) => (weight * total) / sum));
  return ptr;
}

/** Layers of clouds: what is drawn for one, its planes, and the picture behind it (AUGMENTATIONS.md §2, cloud layer). */
import type { Random } from '../random.ts';
import { normal } from './number.ts';
import type { Size } from './options.ts';
import { isFloat } from './resampling.ts';
import { gridOf, spectralNoise } from './spectral-noise.ts';
import { cubicWindows, type Plane, stretchPlane } from './stretch.ts';
import type { Picture, Studio } from './studio.ts';

type Range = readonly [low: number, high: number];

/** From which ranges a layer is drawn. */
export interface CloudLayer {
  /** Mean level. */
  readonly mean: Range;
  /** Of the spectrum of the levels' fine part: mean ± a fifth. */
  readonly intensityExponent: Range;
  /** Standard deviation of the levels' coarse part. */
  readonly coarse: number;
  /** alpha = clip((least + factor·noise)^sparsity · density, 0, 1). */
  readonly least: Range;
  readonly factor: Range;
  readonly sparsity: Range;
  readonly density: Range;
  /** Cells of alpha's noise along the longer side, whole. */
  readonly grid: Range;
  readonly alphaExponent: Range;
}

/** Large and thin. */
export const firstCloud: CloudLayer = {
  mean: [196, 255],
  intensityExponent: [-2.5, -2],
  coarse: 10,
  least: [0, 0],
  factor: [0.25, 0.75],
  grid: [2, 8],
  alphaExponent: [-2.5, -2],
  sparsity: [0.8, 1],
  density: [0.5, 1],
};

/** Ragged and dense. */
export const secondCloud: CloudLayer = {
  mean: [196, 255],
  intensityExponent: [-2, -1],
  coarse: 10,
  least: [0, 0],
  factor: [0.5, 1],
  grid: [64, 128],
  alphaExponent: [-2, -1],
  sparsity: [1, 1.4],
  density: [0.8, 1.5],
};

export const fogBank: CloudLayer = {
  mean: [220, 255],
  intensityExponent: [-2, -1.5],
  coarse: 2,
  least: [0.7, 0.9],
  factor: [0.3, 0.3],
  grid: [2, 8],
  alphaExponent: [-4, -2],
  sparsity: [0.9, 0.9],
  density: [0.4, 0.9],
};

/** Cells of the coarse part of the levels, both ways. */
const COARSE_CELLS = 8;

export interface CloudPlanes {
  /** 0 … 1 */
  readonly alpha: Plane;
  /** About 255, or below; clipped where it meets the picture. */
  readonly intensity: Plane;
}

/** Draws a layer for a picture of that size. */
export function drawCloud(studio: Studio, layer: CloudLayer, size: Size, random: Random): CloudPlanes {
  const within = ([low, high]: Range) => low + (high - low) * random.float();
  const mean = within(layer.mean);
  const intensityExponent = within(layer.intensityExponent);
  const least = within(layer.least);
  const factor = within(layer.factor);
  const sparsity = within(layer.sparsity);
  const density = within(layer.density);
  const alphaExponent = within(layer.alphaExponent);
  const [fewest, most] = layer.grid;
  const cells = fewest + random.below(most - fewest + 1);
  const { width, height } = size;
  const fitted = (plane: Plane) =>
    stretchPlane(studio, plane, cubicWindows(plane.width, width), cubicWindows(plane.height, height));

  const alpha = fitted(spectralNoise(studio, gridOf(size, cells), alphaExponent, random.stream(0)));
  studio.call.cloudAlpha(alpha.ptr, alpha.stride * height, least, factor, sparsity, density);
  const coarse = fitted(coarsePlane(studio, mean, layer.coarse, random));
  const whole = gridOf(size, Math.max(width, height));
  const intensity = fitted(spectralNoise(studio, whole, intensityExponent, random.stream(1)));
  studio.call.cloudIntensity(intensity.ptr, coarse.ptr, intensity.stride * height, mean);
  return { alpha, intensity };
}

function coarsePlane(studio: Studio, mean: number, std: number, random: Random): Plane {
  const count = COARSE_CELLS * COARSE_CELLS;
  const ptr = studio.take(count * 4);
  const values = studio.floats(ptr, count);
  for (let i = 0; i < count; i++) values[i] = mean + std * normal(random);
  return { ptr, width: COARSE_CELLS, height: COARSE_CELLS, stride: COARSE_CELLS };
}

/** (1 − alpha)·picture + alpha·intensity, in place, every channel. Both planes have one stride. */
export function blendPlanes(studio: Studio, image: Picture, alpha: Plane, intensity: Plane): void {
  const { ptr, width, height, channels } = image;
  studio.call.blendPlanes(ptr, width, height, channels, isFloat(image), alpha.ptr, intensity.ptr, alpha.stride * 4);
}

/** The picture behind a layer, in place. */
export function overcast(studio: Studio, image: Picture, layer: CloudLayer, random: Random): void {
  const { alpha, intensity } = drawCloud(studio, layer, image, random);
  blendPlanes(studio, image, alpha, intensity);
}

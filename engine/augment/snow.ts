/** Layers of falling snow (AUGMENTATIONS.md §2): flakes sown on a small grid, enlarged, blurred along their fall. */
import { cosDegrees, exp, power, sinDegrees } from '../elementary.ts';
import type { Random } from '../random.ts';
import type { Size } from './options.ts';
import { isFloat } from './resampling.ts';
import { cubicWindows, type Plane, stretchPlane, strideOf, takePlane } from './stretch.ts';
import type { Picture, Studio } from './studio.ts';

export interface Snow {
  /** Share of cells with a flake, before the gate. */
  readonly density: number;
  /** 1: as many flakes everywhere. */
  readonly uniformity: number;
  /** The greater, the coarser the grid of flakes: 1 − size of the picture's sides. */
  readonly size: number;
  /** Degrees; 0 falls straight down. */
  readonly angle: number;
  /** Length of streaks as a share of the longer side; faster flakes are brighter. */
  readonly speed: number;
}

/** Cells of the gate, both ways. */
const GATE_CELLS = 8;
/** Standard deviation of the flakes' blur: a drawn share of the longer side, within pixels. */
const BLUR_SHARE = [0.0001, 0.001] as const;
const BLUR_LIMITS = [0.5, 3.75] as const;
/** How alike in size flakes are; the less, the more the weak ones shrink. */
const SIZE_UNIFORMITY = [0.4, 0.8] as const;

/** Offset in rows and columns, and weight. */
export type Tap = readonly [row: number, column: number, weight: number];

/** One layer of snow onto a picture, in place. */
export function snow(studio: Studio, image: Picture, params: Snow, random: Random): void {
  const within = ([low, high]: readonly [number, number]) => low + (high - low) * random.float();
  const variety = 1 - within(SIZE_UNIFORMITY);
  const longer = Math.max(image.width, image.height);
  const sigma = Math.min(Math.max(longer * within(BLUR_SHARE), BLUR_LIMITS[0]), BLUR_LIMITS[1]);
  const flakes = drawFlakes(studio, params, image, sigma, random);
  const gain = 1 + 2 * variety;
  const light = 255 * (1 + 5 * variety);
  const shine = 1 + 20 * params.speed;
  // Bytes: snow of less than half a level changes none.
  const least = image.type === 'u8' ? 255 * power(0.499 / (shine * light), 1 / gain) : 0;
  studio.call.blendSnow(
    image.ptr,
    image.width,
    image.height,
    image.channels,
    isFloat(image),
    flakes.ptr,
    flakes.stride * 4,
    gain,
    light,
    0.1 + 20 * params.speed,
    shine,
    least,
  );
}

/** Flakes as levels 0 … 255 of a plane of that size. */
export function drawFlakes(studio: Studio, params: Snow, size: Size, sigma: number, random: Random): Plane {
  const { width, height } = size;
  const shrink = Math.min(Math.max(1 - params.size, 0.001), 1);
  const cellsX = Math.max(Math.floor(width * shrink), 1);
  const cellsY = Math.max(Math.floor(height * shrink), 1);
  const gate = stretchPlane(
    studio,
    gatePlane(studio, params.uniformity, random),
    cubicWindows(GATE_CELLS, cellsX),
    cubicWindows(GATE_CELLS, cellsY),
  );
  const ptr = studio.take(gate.stride * cellsY * 4);
  const [key0, key1] = random.kernelKey();
  const threshold = Math.floor(params.density * 65_536 + 0.5);
  const { call } = studio;
  call.sowFlakes(ptr, gate.ptr, gate.stride * 4, cellsX, cellsY, threshold, key0, key1);
  const cells = { ptr, width: cellsX, height: cellsY, stride: gate.stride };
  const weights = gaussian(sigma);
  const radius = weights.length >> 1;
  const length = Math.floor(params.speed * Math.max(width, height));
  const fall = length > 1 ? streak(Math.max(length, 3) | 1, params.angle) : [];
  const reach = length > 1 ? Math.max(length, 3) >> 1 : 0;

  const sharp = stretchPlane(studio, cells, cubicWindows(cellsX, width), cubicWindows(cellsY, height), radius);
  call.clipPlane(sharp.ptr, sharp.stride * 4 * height - (sharp.stride - strideOf(width)) * 4);
  const across = weights.map((weight, i): Tap => [0, i - radius, weight]);
  const blurred = correlate(studio, sharp, across, radius, radius);
  const down = weights.map((weight, i): Tap => [i - radius, 0, weight]);
  const soft = correlate(studio, blurred, down, radius, reach);
  return fall.length > 0 ? correlate(studio, soft, fall, reach, 0) : soft;
}

/** Numbers of a beta distribution of 1 and 1 − uniformity: most near 1. */
function gatePlane(studio: Studio, uniformity: number, random: Random): Plane {
  const count = GATE_CELLS * GATE_CELLS;
  const ptr = studio.take(count * 4);
  const values = studio.floats(ptr, count);
  for (let i = 0; i < count; i++) {
    const u = random.float();
    values[i] = uniformity >= 1 ? 1 : 1 - power(u, 1 / (1 - uniformity));
  }
  return { ptr, width: GATE_CELLS, height: GATE_CELLS, stride: GATE_CELLS };
}

/** exp(−x²/2σ²) to radius ⌈4σ⌉, of sum 1. */
function gaussian(sigma: number): readonly number[] {
  const radius = Math.ceil(4 * sigma);
  const values = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    exp(((i - radius) * (radius - i)) / (2 * sigma * sigma)),
  );
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

/**
 * The path of a flake: a line of `length` pixels, an odd number, 1 at its upper end and 0 at the lower, turned clockwise
 * about its middle by `angle` degrees (bilinear) and brought to sum 1.
 */
export function streak(length: number, angle: number): readonly Tap[] {
  const radius = length >> 1;
  const line = (row: number, column: number) =>
    column === 0 && Math.abs(row) <= radius ? (radius - row) / (2 * radius) : 0;
  const [c, s] = [cosDegrees(angle), sinDegrees(angle)];
  const taps: Tap[] = [];
  for (let row = -radius; row <= radius; row++) {
    // The line is met where |x| < 1: between these columns, or anywhere in the row.
    const ends = c === 0 ? [-radius, radius] : [(-1 - s * row) / c, (1 - s * row) / c];
    const first = Math.max(Math.floor(Math.min(...ends)), -radius);
    const last = Math.min(Math.ceil(Math.max(...ends)), radius);
    for (let column = first; column <= last; column++) {
      const x = c * column + s * row;
      const y = c * row - s * column;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      let weight = 0;
      for (const [i, j] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ] as const) {
        weight += (1 - Math.abs(y - top - i)) * (1 - Math.abs(x - left - j)) * line(top + i, left + j);
      }
      if (weight > 0) taps.push([row, column, weight]);
    }
  }
  const sum = taps.reduce((total, [, , weight]) => total + weight, 0);
  return taps.map(([row, column, weight]) => [row, column, weight / sum]);
}

/**
 * Every value ← Σ weight · value at the tap's offset, mirrored outside (reflect); taps within `margin` each way, for which
 * `plane` has room. The result has room for `next`.
 */
function correlate(studio: Studio, plane: Plane, taps: readonly Tap[], margin: number, next: number): Plane {
  const { ptr, width, height, stride } = plane;
  const target = takePlane(studio, width, height, next);
  const list = studio.take(taps.length * 8);
  const offsets = studio.words(list, taps.length * 2);
  const weights = studio.floats(list, taps.length * 2);
  taps.forEach(([row, column, weight], i) => {
    offsets[2 * i] = (row * stride + column) * 4;
    weights[2 * i + 1] = weight;
  });
  const { call } = studio;
  call.mirrorMargins(ptr, stride * 4, width, height, margin);
  const bytes = strideOf(width) * 4;
  call.correlatePlane(ptr, stride * 4, target.ptr, target.stride * 4, bytes, height, list, list + taps.length * 8);
  return target;
}

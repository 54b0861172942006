/**
 * One axis of a resized picture: for every output the run of inputs that it is made of, and their weights, in f64. Both
 * resizing for models (resize.ts) and for augmentation (augment/resize.ts) take their weights from here.
 */
import { sin } from '../elementary.ts';

/** Output i is the sum of weight[t] times input start + t, t < length; the weights sum to one. */
export interface Run {
  readonly start: number;
  readonly length: number;
}

export interface Axis {
  /** Room for the weights of any output. */
  readonly taps: number;
  /** Writes the weights of output i into `weights`. */
  readonly run: (i: number, weights: Float64Array) => Run;
}

interface Filter {
  /** Zero at this distance and beyond. */
  readonly support: number;
  readonly weight: (distance: number) => number;
}

function sinc(x: number): number {
  return x === 0 ? 1 : sin(Math.PI * x) / (Math.PI * x);
}

/** Bicubic convolution (Keys 1981). */
function cubic(distance: number, a: number): number {
  const t = Math.abs(distance);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
}

function triangle(distance: number): number {
  return Math.max(1 - Math.abs(distance), 0);
}

/** Pillow's (src/libImaging/Resample.c). */
export const filters = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: triangle },
  bicubic: { support: 2, weight: (x) => cubic(x, -0.5) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
} as const satisfies Record<string, Filter>;

/** What OpenCV's filters are between pixels: of the inputs next to a position, those outside count as the edge. */
export const narrowFilters = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: triangle },
  bicubic: { support: 2, weight: (x) => cubic(x, -0.75) },
  lanczos: { support: 4, weight: (x) => (Math.abs(x) < 4 ? sinc(x) * sinc(x / 4) : 0) },
} as const satisfies Record<string, Filter>;

/** As Pillow: the filter widens when the picture shrinks, and is cut off at the edge (precompute_coeffs). */
export function antialiasedAxis(size: number, full: number, filter: Filter): Axis {
  const scale = size / full;
  const widening = Math.max(scale, 1);
  const support = filter.support * widening;
  return {
    taps: Math.ceil(support) * 2 + 1,
    run: (i, weights) => {
      const centre = (i + 0.5) * scale;
      const start = Math.max(Math.trunc(centre - support + 0.5), 0);
      const length = Math.min(Math.trunc(centre + support + 0.5), size) - start;
      for (let tap = 0; tap < length; tap++) {
        weights[tap] = filter.weight((tap + start - centre + 0.5) * (1 / widening));
      }
      normalize(weights, length);
      return { start, length };
    },
  };
}

/** As OpenCV: as many inputs as the filter is wide, however much the picture shrinks. */
export function narrowAxis(size: number, full: number, filter: Filter): Axis {
  const scale = size / full;
  const taps = Math.max(Math.ceil(filter.support * 2), 1);
  return {
    taps,
    run: (i, weights) => {
      const position = (i + 0.5) * scale - 0.5;
      const first = Math.floor(position - filter.support) + 1;
      const clamped = (index: number) => Math.min(Math.max(index, 0), size - 1);
      const start = clamped(first);
      const length = clamped(first + taps - 1) - start + 1;
      weights.fill(0, 0, length);
      for (let tap = 0; tap < taps; tap++) {
        const at = clamped(first + tap) - start;
        weights[at] = (weights[at] as number) + filter.weight(first + tap - position);
      }
      normalize(weights, length);
      return { start, length };
    },
  };
}

/** Every output is the mean of what it covers. */
export function areaAxis(size: number, full: number): Axis {
  const scale = size / full;
  return {
    taps: Math.ceil(scale) + 2,
    run: (i, weights) => {
      const from = i * scale;
      const to = Math.min((i + 1) * scale, size);
      const start = Math.min(Math.floor(from), size - 1);
      const length = Math.max(Math.ceil(to) - start, 1);
      for (let tap = 0; tap < length; tap++) {
        weights[tap] = Math.max(Math.min(to, start + tap + 1) - Math.max(from, start + tap), 0);
      }
      normalize(weights, length);
      return { start, length };
    },
  };
}

/** One input each. @param offset of the position within an output: ½ as Pillow, 0 as OpenCV */
export function nearestAxis(size: number, full: number, offset: number): Axis {
  const scale = size / full;
  return {
    taps: 1,
    run: (i, weights) => {
      weights[0] = 1;
      return { start: Math.min(Math.floor((i + offset) * scale), size - 1), length: 1 };
    },
  };
}

function normalize(weights: Float64Array, length: number): void {
  let sum = 0;
  for (let tap = 0; tap < length; tap++) sum += weights[tap] as number;
  if (sum === 0) return;
  for (let tap = 0; tap < length; tap++) weights[tap] = (weights[tap] as number) / sum;
}

/** Fraction bits of the weights for 8-bit levels: 32 bits, less 8 of a level, less 2 of headroom (Pillow). */
export const WEIGHT_BITS = 22;

/** A weight as an integer of WEIGHT_BITS fraction bits (normalize_coeffs_8bpc). */
export function levelWeight(weight: number): number {
  return Math.trunc((weight < 0 ? -0.5 : 0.5) + weight * (1 << WEIGHT_BITS));
}

/** Resampling of f32 planes by windows of weights, one list of windows an axis (assembly/image/stretch.ts). */
import type { Size } from './options.ts';
import type { Studio } from './studio.ts';

/** A plane of f32 in the memory of the kernels. */
export interface Plane extends Size {
  readonly ptr: number;
  /** Values from row to row. */
  readonly stride: number;
}

/** Output i is Σ weights[i·taps + t] · input[starts[i] + t]; taps is a multiple of 4. */
export interface Windows {
  readonly taps: number;
  readonly starts: Int32Array;
  readonly weights: Float32Array;
}

/** Of a cubic. */
const TAPS = 4;
/** Values that a row of planes is rounded up to, so that kernels work on whole blocks. */
const BLOCK = 16;

/** The stride of a plane that kernels make. */
export function strideOf(width: number): number {
  return Math.ceil(width / BLOCK) * BLOCK;
}

/** Bicubic of Keys (1981), a = −¾, as OpenCV's: weights of the taps −1, 0, 1, 2 for a place `t` behind tap 0. */
function cubicWeights(t: number): readonly number[] {
  const near = (d: number) => (1.25 * d - 2.25) * d * d + 1;
  const far = (d: number) => ((-0.75 * d + 3.75) * d - 6) * d + 3;
  return [far(1 + t), near(t), near(1 - t), far(2 - t)];
}

/** Bicubic interpolation from `from` to `to` values, half-pixel centres, edge values outside. */
export function cubicWindows(from: number, to: number): Windows {
  const starts = new Int32Array(to);
  const weights = new Float32Array(to * TAPS);
  const ratio = from / to;
  for (let i = 0; i < to; i++) {
    const place = (i + 0.5) * ratio - 0.5;
    const left = Math.floor(place);
    const start = Math.max(Math.min(left - 1, from - TAPS), 0);
    starts[i] = start;
    const cubic = cubicWeights(place - left);
    for (let t = 0; t < TAPS; t++) {
      const input = Math.min(Math.max(left - 1 + t, 0), from - 1);
      const at = i * TAPS + input - start;
      weights[at] = (weights[at] as number) + (cubic[t] as number);
    }
  }
  return { taps: TAPS, starts, weights };
}

/** A plane of undefined content, with room for `margin` values around that kernels may write. */
export function takePlane(studio: Studio, width: number, height: number, margin = 0): Plane {
  const side = strideOf(margin);
  const stride = strideOf(width) + 2 * side;
  const memory = studio.take(stride * (height + 2 * margin) * 4);
  return { ptr: memory + (margin * stride + side) * 4, width, height, stride };
}

/**
 * A plane resampled both ways, onto one with room for `margin`. Rows of `source` must be at least four values apart, finite
 * where read.
 */
export function stretchPlane(studio: Studio, source: Plane, across: Windows, down: Windows, margin = 0): Plane {
  const width = across.starts.length;
  const height = down.starts.length;
  const stride = strideOf(width);
  const between = studio.take(source.height * stride * 4);
  const target = takePlane(studio, width, height, margin);
  const padded = Math.ceil(width / 4) * 4;
  const [startsX, weightsX] = put(studio, across, padded, 4);
  const [startsY, weightsY] = put(studio, down, height, 1);
  const { call } = studio;
  const { taps } = across;
  call.stretchAcross(
    source.ptr,
    source.stride * 4,
    source.height,
    between,
    stride * 4,
    padded,
    startsX,
    weightsX,
    taps,
  );
  const bytes = stride * 4;
  call.stretchDown(between, bytes, target.ptr, target.stride * 4, bytes, height, startsY, weightsY, down.taps);
  return target;
}

/** Writes windows for a kernel, `count` of them: those past the end repeat the first start with weights 0. */
function put(
  studio: Studio,
  { taps, starts, weights }: Windows,
  count: number,
  unit: number,
): readonly [number, number] {
  const startsPtr = studio.take(count * 4);
  const weightsPtr = studio.take(count * taps * 4);
  const startWords = studio.words(startsPtr, count).fill(0);
  for (let i = 0; i < starts.length; i++) startWords[i] = (starts[i] as number) * unit;
  studio
    .floats(weightsPtr, count * taps)
    .fill(0)
    .set(weights);
  return [startsPtr, weightsPtr];
}

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

/**
 * Bicubic interpolation from `from` to `to` values, half-pixel centres, edge values outside; then, where `kernel` is given,
 * a blur of the result by these odd-numbered weights, mirrored without the edge (reflect).
 */
export function cubicWindows(from: number, to: number, kernel: readonly number[] = [1]): Windows {
  const radius = kernel.length >> 1;
  const ratio = from / to;
  const reach = Math.ceil(2 * radius * ratio) + 4;
  const taps = Math.ceil(reach / 4) * 4;
  const single = Array.from({ length: to }, (_, i) => {
    const place = (i + 0.5) * ratio - 0.5;
    const left = Math.floor(place);
    return { left, weights: cubicWeights(place - left) };
  });
  const starts = new Int32Array(to);
  const weights = new Float64Array(to * taps);
  for (let i = 0; i < to; i++) {
    const first = Math.floor((Math.max(i - radius, 0) + 0.5) * ratio - 0.5) - 1;
    const start = Math.max(Math.min(first, from - taps), 0);
    starts[i] = start;
    for (let k = -radius; k <= radius; k++) {
      const { left, weights: cubic } = single[mirrored(i + k, to)] as (typeof single)[number];
      for (let t = 0; t < 4; t++) {
        const input = Math.min(Math.max(left - 1 + t, 0), from - 1);
        const at = i * taps + input - start;
        weights[at] = (weights[at] as number) + (kernel[k + radius] as number) * (cubic[t] as number);
      }
    }
  }
  return { taps, starts, weights: Float32Array.from(weights) };
}

function mirrored(index: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * size - 2;
  const folded = ((index % period) + period) % period;
  return folded < size ? folded : period - folded;
}

/** A plane resampled both ways. Rows of `source` must be at least `across.taps` values apart, finite where read. */
export function stretchPlane(studio: Studio, source: Plane, across: Windows, down: Windows): Plane {
  const width = across.starts.length;
  const height = down.starts.length;
  const stride = strideOf(width);
  const between = studio.take(source.height * stride * 4);
  const ptr = studio.take(height * stride * 4);
  const padded = Math.ceil(width / 4) * 4;
  const [startsX, weightsX] = put(studio, across, padded, 4);
  const [startsY, weightsY] = put(studio, down, height, 1);
  const { call } = studio;
  call.stretchAcross(
    source.ptr,
    source.stride * 4,
    source.height,
    between,
    stride * 4,
    padded,
    startsX,
    weightsX,
    across.taps,
  );
  call.stretchDown(between, stride * 4, ptr, stride * 4, stride * 4, height, startsY, weightsY, down.taps);
  return { ptr, width, height, stride };
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

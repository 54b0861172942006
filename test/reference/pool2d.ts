/** The values under each position of a window, channel by channel, reduced to one: all that pooling layers share. */
import type { WindowAttributes } from '../../engine/layers/window.ts';
import { at, set, type Tensor64, zeros } from './tensor64.ts';
import { BEYOND, windowTaps } from './window.ts';

/** What becomes of the values within the image, row by row; `taps`: of the window, less those beyond the padding. */
type Reduce = (values: readonly number[], taps: number) => number;

/** Windows that slide. */
export function pool2d(x: Tensor64, a: WindowAttributes, reduce: Reduce): Tensor64 {
  const [, h, w] = x.shape as [number, number, number];
  return poolTaps(x, windowTaps(a, 0, h), windowTaps(a, 1, w), reduce);
}

/** As many windows as are asked for: each sees the pixels that its equal share of the image touches. */
export function adaptivePool2d(x: Tensor64, size: readonly [number, number], reduce: Reduce): Tensor64 {
  const touched = (pixels: number, windows: number) =>
    Array.from({ length: windows }, (_, i) =>
      // The pixel from p to p + 1, the share from i / windows to (i + 1) / windows of all pixels.
      Array.from({ length: pixels }, (_, p) => p).filter(
        (p) => (p + 1) * windows > i * pixels && p * windows < (i + 1) * pixels,
      ),
    );
  const [, h, w] = x.shape as [number, number, number];
  return poolTaps(x, touched(h, size[0]), touched(w, size[1]), reduce);
}

/** rows[oy][ky] = iy, columns[ox][kx] = ix */
function poolTaps(
  x: Tensor64,
  rows: readonly (readonly number[])[],
  columns: readonly (readonly number[])[],
  reduce: Reduce,
): Tensor64 {
  const [n, , , channels] = x.shape as [number, number, number, number];
  const y = zeros([n, rows.length, columns.length, channels]);

  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < rows.length; oy++) {
      for (let ox = 0; ox < columns.length; ox++) {
        for (let c = 0; c < channels; c++) {
          const values: number[] = [];
          let taps = 0;
          for (const iy of rows[oy]!) {
            for (const ix of columns[ox]!) {
              if (iy !== BEYOND && ix !== BEYOND) taps++;
              if (iy >= 0 && ix >= 0) values.push(at(x, image, iy, ix, c));
            }
          }
          set(y, reduce(values, taps), image, oy, ox, c);
        }
      }
    }
  }
  return y;
}

/** −∞ of nothing, NaN where there is one. */
export function largest(values: readonly number[]): number {
  if (values.some(Number.isNaN)) return Number.NaN;
  let best = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > best) best = value;
  return best;
}

/** 0 of nothing. `count`: values, where zeros that are not listed belong to them. */
export function mean(values: readonly number[], count = values.length): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / count;
}

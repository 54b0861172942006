/** The values under each position of a window, channel by channel, reduced to one: all that pooling layers share. */
import type { WindowAttributes } from '../../engine/layers/window.ts';
import { at, set, type Tensor64, zeros } from './tensor64.ts';
import { OUTSIDE, windowTaps } from './window.ts';

/** `reduce` sees the pixels within the image, row by row; padding is left out. */
export function pool2d(x: Tensor64, a: WindowAttributes, reduce: (values: readonly number[]) => number): Tensor64 {
  const [n, h, w, channels] = x.shape as [number, number, number, number];
  const rows = windowTaps(a, 0, h); // rows[oy][ky] = iy
  const columns = windowTaps(a, 1, w); // columns[ox][kx] = ix
  const y = zeros([n, rows.length, columns.length, channels]);

  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < rows.length; oy++) {
      for (let ox = 0; ox < columns.length; ox++) {
        for (let c = 0; c < channels; c++) {
          const values: number[] = [];
          for (const iy of rows[oy]!) {
            for (const ix of columns[ox]!) {
              if (iy !== OUTSIDE && ix !== OUTSIDE) values.push(at(x, image, iy, ix, c));
            }
          }
          set(y, reduce(values), image, oy, ox, c);
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

/** 0 of nothing. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / values.length;
}

/** Depthwise convolution: each channel is convolved with filters of its own, channels are never added. */
import type { WindowAttributes } from '../../engine/layers/window.ts';
import type { Reference } from './reference.ts';
import { at, set, type Tensor64, zeros } from './tensor64.ts';
import { OUTSIDE, windowTaps } from './window.ts';

export const depthwiseConv2d: Reference<WindowAttributes & { readonly multiplier: number }> = (inputs, weights, a) => {
  const x = inputs[0] as Tensor64;
  const filter = weights.filter as Tensor64;
  const { bias } = weights;
  const [n, h, w, channels] = x.shape as [number, number, number, number];
  const rows = windowTaps(a, 0, h); // rows[oy][ky] = iy
  const columns = windowTaps(a, 1, w); // columns[ox][kx] = ix
  const y = zeros([n, rows.length, columns.length, channels * a.multiplier]);

  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < rows.length; oy++) {
      for (let ox = 0; ox < columns.length; ox++) {
        for (let c = 0; c < channels; c++) {
          for (let m = 0; m < a.multiplier; m++) {
            const o = c * a.multiplier + m;
            let sum = bias ? at(bias, o) : 0;
            for (let ky = 0; ky < a.size[0]; ky++) {
              for (let kx = 0; kx < a.size[1]; kx++) {
                const iy = rows[oy]![ky]!;
                const ix = columns[ox]![kx]!;
                if (iy === OUTSIDE || ix === OUTSIDE) continue; // the padding is zero
                sum += at(x, image, iy, ix, c) * at(filter, ky, kx, c, m);
              }
            }
            set(y, sum, image, oy, ox, o);
          }
        }
      }
    }
  }
  return y;
};

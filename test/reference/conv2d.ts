/** Convolution as the definition says it: slide the filter over the image, multiply, add up. */
import type { Conv2dAttributes } from '../../engine/layers/conv2d.ts';
import type { Reference } from './reference.ts';
import { at, set, type Tensor64, zeros } from './tensor64.ts';
import { OUTSIDE, windowTaps } from './window.ts';

export const conv2d: Reference<Conv2dAttributes> = (inputs, weights, a) => {
  const x = inputs[0] as Tensor64;
  const filter = weights.filter as Tensor64;
  const { bias } = weights;
  const [n, h, w, inputChannels] = x.shape as [number, number, number, number];
  const rows = windowTaps(a, 0, h); // rows[oy][ky] = iy
  const columns = windowTaps(a, 1, w); // columns[ox][kx] = ix
  const y = zeros([n, rows.length, columns.length, a.filters]);
  const groupInputs = inputChannels / a.groups;
  const groupOutputs = a.filters / a.groups;

  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < rows.length; oy++) {
      for (let ox = 0; ox < columns.length; ox++) {
        for (let o = 0; o < a.filters; o++) {
          const firstInput = Math.floor(o / groupOutputs) * groupInputs;
          let sum = bias ? at(bias, o) : 0;
          for (let ky = 0; ky < a.size[0]; ky++) {
            for (let kx = 0; kx < a.size[1]; kx++) {
              const iy = rows[oy]![ky]!;
              const ix = columns[ox]![kx]!;
              if (iy === OUTSIDE || ix === OUTSIDE) continue; // the padding is zero
              for (let i = 0; i < groupInputs; i++) {
                sum += at(x, image, iy, ix, firstInput + i) * at(filter, ky, kx, i, o);
              }
            }
          }
          set(y, sum, image, oy, ox, o);
        }
      }
    }
  }
  return y;
};

/** Transposed convolution as the definition says it: every pixel adds the filter, times its value, where it stands. */
import type { ConvTranspose2dAttributes } from '../../engine/layers/conv-transpose2d.ts';
import type { Reference } from './reference.ts';
import { at, mapTensor, set, type Tensor64, zeros } from './tensor64.ts';

export const convTranspose2d: Reference<ConvTranspose2dAttributes> = (inputs, weights, a) => {
  const x = inputs[0] as Tensor64;
  const filter = weights.filter as Tensor64;
  const [n, h, w, inputChannels] = x.shape as [number, number, number, number];
  const rows = outputRange(a, 0, h);
  const columns = outputRange(a, 1, w);
  const { bias } = weights;
  const nothing = zeros([n, rows.length, columns.length, a.filters]);
  const y = mapTensor(nothing, (_, i) => (bias ? at(bias, i % a.filters) : 0));
  const groupInputs = inputChannels / a.groups;
  const groupOutputs = a.filters / a.groups;

  for (let image = 0; image < n; image++) {
    for (let iy = 0; iy < h; iy++) {
      for (let ix = 0; ix < w; ix++) {
        for (let i = 0; i < inputChannels; i++) {
          const firstOutput = Math.floor(i / groupInputs) * groupOutputs;
          for (let ky = 0; ky < a.size[0]; ky++) {
            for (let kx = 0; kx < a.size[1]; kx++) {
              const oy = iy * a.stride[0] + ky * a.dilation[0] - rows.cut;
              const ox = ix * a.stride[1] + kx * a.dilation[1] - columns.cut;
              if (oy < 0 || oy >= rows.length || ox < 0 || ox >= columns.length) continue; // cut off
              for (let o = 0; o < groupOutputs; o++) {
                const product = at(x, image, iy, ix, i) * at(filter, ky, kx, i, o);
                set(y, at(y, image, oy, ox, firstOutput + o) + product, image, oy, ox, firstOutput + o);
              }
            }
          }
        }
      }
    }
  }
  return y;
};

/** Along one axis: length of the output, and what of all that the pixels reach is cut off before it. */
function outputRange(a: ConvTranspose2dAttributes, axis: 0 | 1, input: number) {
  const whole = (input - 1) * a.stride[axis] + (a.size[axis] - 1) * a.dilation[axis] + 1 + a.outputPadding[axis];
  if (a.padding === 'same' || a.padding === 'sameLower') {
    const length = input * a.stride[axis];
    const surplus = Math.max(0, whole - length);
    const less = Math.floor(surplus / 2);
    return { length, cut: a.padding === 'same' ? less : surplus - less };
  }
  const [before, after] = axis === 0 ? [a.padding[0], a.padding[1]] : [a.padding[2], a.padding[3]];
  return { length: whole - before - after, cut: before };
}

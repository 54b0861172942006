/** All pixels of an image, channel by channel, reduced to one value. */
import { at, set, type Tensor64, zeros } from './tensor64.ts';

export function globalPool2d(x: Tensor64, reduce: (values: readonly number[]) => number): Tensor64 {
  const [n, h, w, channels] = x.shape as [number, number, number, number];
  const y = zeros([n, channels]);
  for (let image = 0; image < n; image++) {
    for (let c = 0; c < channels; c++) {
      const values: number[] = [];
      for (let iy = 0; iy < h; iy++) {
        for (let ix = 0; ix < w; ix++) values.push(at(x, image, iy, ix, c));
      }
      set(y, reduce(values), image, c);
    }
  }
  return y;
}

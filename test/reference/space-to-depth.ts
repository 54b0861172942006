/** Blocks of pixels as stacks of channels: stack position pixel·C + channel. */
import { element, tensorOf } from './indices.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

export const spaceToDepth: Reference<{ readonly block: number }> = ([x], _, { block }) => {
  const [n, h, w, c] = (x as Tensor64).shape as [number, number, number, number];
  return tensorOf([n, h / block, w / block, block * block * c], (indices) => {
    const [image, row, column, stacked] = indices as [number, number, number, number];
    const pixel = Math.floor(stacked / c);
    return element(x as Tensor64, [
      image,
      row * block + Math.floor(pixel / block),
      column * block + (pixel % block),
      stacked % c,
    ]);
  });
};

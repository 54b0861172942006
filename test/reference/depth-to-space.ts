/** Pixel shuffle, as ONNX says it: channel c of pixel (h, w) comes from the stack of the block that the pixel is in. */
import { element, tensorOf } from './indices.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

interface Attributes {
  readonly block: number;
  readonly mode: 'DCR' | 'CRD';
}

export const depthToSpace: Reference<Attributes> = ([x], _, { block, mode }) => {
  const [n, h, w, c] = (x as Tensor64).shape as [number, number, number, number];
  const channels = c / (block * block);
  return tensorOf([n, h * block, w * block, channels], (indices) => {
    const [image, row, column, channel] = indices as [number, number, number, number];
    const pixel = (row % block) * block + (column % block);
    const stacked = mode === 'DCR' ? pixel * channels + channel : channel * block * block + pixel;
    return element(x as Tensor64, [image, Math.floor(row / block), Math.floor(column / block), stacked]);
  });
};

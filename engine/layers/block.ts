/** Blocks of pixels and stacks of channels: what depthToSpace and spaceToDepth share. */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { formatShape, type Shape } from '../tensor.ts';
import { type Box, rowMajor } from './strided.ts';

/** Side of a block in pixels. */
export const blockAttribute = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096));

/** Which of the stacked channels a pixel's channel is: pixel first (DCR) or channel first (CRD). */
export type BlockOrder = 'DCR' | 'CRD';

/** @throws EngineError `shape-mismatch` where x is no image */
export function imageShape(x: Shape | undefined): readonly [n: number, h: number, w: number, c: number] {
  if (x?.length !== 4) {
    throw new EngineError('shape-mismatch', `expected an input [N,H,W,C], got ${formatShape(x ?? [])}`);
  }
  return x as unknown as readonly [number, number, number, number];
}

/**
 * From the stacked tensor [N,H,W,b·b·C] to the image [N,H·b,W·b,C]: pixel (h·b + i, w·b + j) has the channels
 * (i·b + j)·C + c (DCR), or c·b·b + i·b + j (CRD).
 */
export function blockBox(image: Shape, block: number, order: BlockOrder): Box {
  const [n, imageHeight, imageWidth, c] = imageShape(image);
  const [h, w] = [imageHeight / block, imageWidth / block];
  const [stackN, stackH, stackW] = rowMajor([n, h, w, block * block * c]) as [number, number, number];
  const [imageN, imageH, imageW] = rowMajor(image) as [number, number, number];
  const within = order === 'DCR' ? [block * c, c, 1] : [block, 1, block * block];
  const [i, j, channel] = within as [number, number, number];
  return {
    sizes: [n, h, block, w, block, c],
    from: { offset: 0, strides: [stackN, stackH, i, stackW, j, channel] },
    to: { offset: 0, strides: [imageN, block * imageH, imageH, block * imageW, imageW, 1] },
  };
}

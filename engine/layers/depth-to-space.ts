/**
 * Channels become pixels: each pixel's stack of b·b·C channels is laid out as a block of b × b pixels (pixel shuffle).
 *   x [N,H,W,b·b·C] → y [N,H·b,W·b,C];  order of the stack as in ONNX DepthToSpace: DCR pixel first, CRD channel first
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import type { Operand } from '../region.ts';
import { formatShape } from '../tensor.ts';
import { blockAttribute, blockBox, imageShape } from './block.ts';
import { type Context, layer } from './layer.ts';
import { channelsFirst } from './onnx.ts';
import { byMoving } from './quantized/move.ts';
import { reversed, stridedCopy } from './strided.ts';

const attributes = v.strictObject({
  block: blockAttribute,
  mode: v.optional(v.picklist(['DCR', 'CRD']), 'DCR'),
});

type Attributes = v.InferOutput<typeof attributes>;

const forward = ({ x: [x], y, a }: Context<Attributes>) =>
  stridedCopy(x as Operand, y, blockBox(y.shape, a.block, a.mode));

export const depthToSpace = layer<Attributes>({
  attributes,

  inferShape: ([x], { block }) => {
    const [n, h, w, c] = imageShape(x);
    if (c % (block * block) !== 0) {
      throw new EngineError(
        'shape-mismatch',
        `the channels of an input ${formatShape([n, h, w, c])} are no multiple of ${block * block}, a block's pixels`,
      );
    }
    return [n, h * block, w * block, c / (block * block)];
  },

  forward,
  quantized: byMoving(forward),
  backward: ({ y, dy, dx: [dx], a }) => (dx ? stridedCopy(dy, dx, reversed(blockBox(y.shape, a.block, a.mode))) : []),

  onnx: (o) => channelsFirst(o.node('DepthToSpace', [o.image(0)], { blocksize: o.a.block, mode: o.a.mode })),

  samples: [
    { input: [2, 3, 2, 12], block: 2 },
    { input: [2, 3, 2, 12], block: 2, mode: 'CRD' },
    { input: [2, 2, 5, 9], block: 3 },
    { input: [1, 3, 3, 45], block: 3, mode: 'CRD' },
    { input: [2, 2, 2, 3], block: 1 },
  ],
});

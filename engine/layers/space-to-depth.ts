/**
 * Pixels become channels: each block of b × b pixels is stacked up, pixel first.
 *   x [N,H·b,W·b,C] → y [N,H,W,b·b·C];  ONNX SpaceToDepth; the inverse of depthToSpace in its mode DCR
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

const attributes = v.strictObject({ block: blockAttribute });

type Attributes = v.InferOutput<typeof attributes>;

const forward = ({ x: [x], y, a }: Context<Attributes>) =>
  stridedCopy(x as Operand, y, reversed(blockBox((x as Operand).shape, a.block, 'DCR')));

export const spaceToDepth = layer<Attributes>({
  attributes,

  inferShape: ([x], { block }) => {
    const [n, h, w, c] = imageShape(x);
    if (h % block !== 0 || w % block !== 0) {
      throw new EngineError(
        'shape-mismatch',
        `the sides of an input ${formatShape([n, h, w, c])} are no multiples of the block's ${block}`,
      );
    }
    return [n, h / block, w / block, block * block * c];
  },

  forward,
  quantized: byMoving(forward),
  backward: ({ dy, dx: [dx], a }) => (dx ? stridedCopy(dy, dx, blockBox(dx.shape, a.block, 'DCR')) : []),

  onnx: (o) => channelsFirst(o.node('SpaceToDepth', [o.image(0)], { blocksize: o.a.block })),

  samples: [
    { input: [2, 4, 6, 3], block: 2 },
    { input: [1, 3, 9, 5], block: 3 },
    { input: [2, 2, 4, 1], block: 2 },
    { input: [2, 2, 2, 3], block: 1 },
  ],
});

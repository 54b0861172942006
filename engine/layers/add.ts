/**
 * The sum of two tensors of one shape, as residual connections need it.
 *   a, b → y, all of one shape;  ONNX Add without broadcasting
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { call, type Operand } from '../region.ts';
import { elementCount, formatShape, type Shape, sameShape } from '../tensor.ts';
import { clampArguments } from './gemm.ts';
import { layer } from './layer.ts';

const attributes = v.strictObject({});

export const add = layer<v.InferOutput<typeof attributes>>({
  attributes,
  inputs: { min: 2, max: 2 },

  inferShape: (x) => {
    const [a, b] = x as readonly [Shape, Shape];
    if (!sameShape(a, b)) {
      throw new EngineError('shape-mismatch', `the shapes of a sum differ: ${formatShape(a)} and ${formatShape(b)}`);
    }
    return a;
  },

  inPlace: true,
  forward: (c) => call('add', c.x[0] as Operand, c.x[1] as Operand, c.y, elementCount(c.y.shape), clampArguments(c)),
  epilogue: { clamp: true },
  residualAdd: true,

  backward: ({ dy, dx }) => dx.flatMap((target) => (target ? [call('copyBytes', target, dy, dy.region.bytes)] : [])),

  samples: [
    {
      inputs: [
        [2, 4, 4, 3],
        [2, 4, 4, 3],
      ],
    },
    {
      inputs: [
        [1, 7],
        [1, 7],
      ],
    },
  ],
});

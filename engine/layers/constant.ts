/**
 * A tensor that is part of the graph: what an imported model adds, multiplies or joins with its values.
 *   → y [shape];  not learned: `running`, which nothing moves;  ONNX Constant, an initializer
 */
import * as v from 'valibot';
import { layer } from './layer.ts';
import { own } from './onnx.ts';
import { shapeAttribute } from './shape-attribute.ts';

const attributes = v.strictObject({ shape: shapeAttribute });

export const constant = layer<v.InferOutput<typeof attributes>>({
  attributes,
  inputs: { min: 0, max: 0 },

  inferShape: (_, { shape }) => shape,
  weights: (_, { shape }) => ({ value: { shape, initializer: 'zeros', update: 'running' } }),

  constant: true,

  onnx: (o) => own(o.weight('value')),

  samples: [
    { shape: [2, 3], wholeBatch: true },
    { shape: [], wholeBatch: true },
  ],
});

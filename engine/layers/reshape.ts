/**
 * The same numbers in the same order under another shape; −1 is worked out from the rest.
 *   Any shape with as many elements; ONNX Reshape (0, which copies a length, is resolved by the importer)
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { elementCount, formatShape, type Shape } from '../tensor.ts';
import { layer } from './layer.ts';
import { own } from './onnx.ts';
import { openShapeAttribute } from './shape-attribute.ts';

const attributes = v.strictObject({
  shape: v.pipe(
    openShapeAttribute,
    v.check((shape) => shape.filter((side) => side === -1).length <= 1, 'at most one entry of a shape may be -1'),
  ),
});

export const reshape = layer<v.InferOutput<typeof attributes>>({
  attributes,

  inferShape: ([x], { shape }) => {
    const count = elementCount(x as Shape);
    const known = elementCount(shape.filter((side) => side !== -1));
    const y = shape.map((side) => (side === -1 ? count / known : side));
    if (elementCount(y) !== count || !y.every(Number.isInteger)) {
      throw new EngineError(
        'shape-mismatch',
        `an input ${formatShape(x as Shape)} of ${count} elements cannot take the shape ${formatShape(shape)}`,
      );
    }
    return y;
  },

  view: true,

  onnx: (o) => own(o.node('Reshape', [o.own(0), o.integers(o.a.shape)])),

  samples: [
    { input: [2, 3, 4], shape: [-1, 6, 2] },
    { input: [2, 12], shape: [-1, 1, 2, 3, 1, 2] },
    { input: [4, 3, 2], shape: [2, 12], wholeBatch: true },
    { input: [1, 1], shape: [], wholeBatch: true },
    { input: [], shape: [1], wholeBatch: true },
  ],
});

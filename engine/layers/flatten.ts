/** [N, …] → [N, product of the rest]: the same numbers in the same order (NHWC). ONNX Flatten with axis 1 on NHWC. */
import * as v from 'valibot';
import { elementCount, type Shape } from '../tensor.ts';
import { layer } from './layer.ts';
import { own } from './onnx.ts';

const attributes = v.strictObject({});

export const flatten = layer<v.InferOutput<typeof attributes>>({
  attributes,

  inferShape: ([x]) => {
    const [n = 1, ...others] = x as Shape;
    return [n, elementCount(others)];
  },

  view: true,

  onnx: (o) => own(o.node('Flatten', [o.own(0)], { axis: 1 })),

  samples: [{ input: [2, 3, 4, 5] }, { input: [3, 7] }],
});

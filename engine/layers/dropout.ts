/**
 * Dropout (Srivastava et al. 2014), inverted: in training each value is kept with probability 1 − rate and divided by
 * it, else zeroed; at inference nothing happens.
 *   Any shape; ONNX Dropout
 */
import * as v from 'valibot';
import { call, type Operand } from '../region.ts';
import { elementCount, type Shape } from '../tensor.ts';
import { layer } from './layer.ts';

/** At a rate of 1 nothing would be left to learn from. */
const attributes = v.strictObject({ rate: v.pipe(v.number(), v.minValue(0), v.ltValue(1)) });

export const dropout = layer<v.InferOutput<typeof attributes>>({
  attributes,

  inferShape: ([x]) => x as Shape,

  identityAtInference: true,

  forwardTraining: ({ x: [x], y, a, randomKey, nodeIndex }) =>
    call('dropout', x as Operand, y, elementCount(y.shape), randomKey, nodeIndex, a.rate),

  // The mask is linear and drawn anew from the same key, so the gradient takes the same way as the value.
  backward: ({ dy, dx: [dx], a, randomKey, nodeIndex }) =>
    dx ? call('dropout', dy, dx, elementCount(dy.shape), randomKey, nodeIndex, a.rate) : [],

  onnx: (o) => {
    const { names, order } = o.inputs();
    return { name: o.node('Dropout', [...names, o.floats([], [o.a.rate])]), order };
  },

  samples: [
    { input: [4, 33], rate: 0.5 },
    { input: [2, 3, 5, 7], rate: 0.1 },
    { input: [1, 3], rate: 0 },
  ],
});

/** A number added to each channel (last axis): y = x + bias [C]. Any shape; ONNX Add of a vector. */
import * as v from 'valibot';
import { call, type Operand } from '../region.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { channelsOf, rowsAndChannels } from './channels.ts';
import { clampArguments } from './gemm.ts';
import { layer } from './layer.ts';

const attributes = v.strictObject({});

export const bias = layer<v.InferOutput<typeof attributes>>({
  attributes,

  inferShape: ([x]) => x as Shape,
  weights: ([x]) => ({ bias: { shape: [channelsOf(x)], initializer: 'zeros' } }),

  inPlace: true,
  forward: (c) =>
    call('addBias', c.x[0] as Operand, c.w.bias as Operand, c.y, rowsAndChannels(c.y.shape), clampArguments(c)),
  epilogue: { clamp: true, clampInTraining: true },
  affine: (w) => {
    const shift = (w.bias as Tensor).data;
    return { scale: new Float32Array(shift.length).fill(1), shift };
  },

  backward: ({ dy, dx: [dx], dw }) => {
    const [rows, channels] = rowsAndChannels(dy.shape);
    const sums = call('columnSums', dy, 4 * channels, rows, channels, dw.bias as Operand);
    return dx ? [sums, call('copyBytes', dx, dy, dy.region.bytes)] : sums;
  },

  onnx: (o) => {
    const { names, order } = o.inputs();
    const bias = order === 'own' ? o.weight('bias') : o.weight('bias', undefined, [channelsOf(o.y), 1, 1]);
    return { name: o.node('Add', [...names, bias]), order };
  },

  samples: [{ input: [2, 3, 3, 8] }, { input: [1, 5, 4, 3] }, { input: [4, 1] }, { input: [3, 7] }],
});

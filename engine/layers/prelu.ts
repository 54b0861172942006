/**
 * The parametric rectifier (He et al. 2015): y = x where x > 0, else slope [C]·x, a slope for each channel (last axis).
 *   Any shape; ONNX PRelu with one slope a channel
 */
import { call, type Operand } from '../region.ts';
import type { Shape } from '../tensor.ts';
import { type NoAttributes, noAttributes } from './activation.ts';
import { channelsOf, rowsAndChannels } from './channels.ts';
import { clampArguments } from './gemm.ts';
import { layer } from './layer.ts';

export const prelu = layer<NoAttributes>({
  attributes: noAttributes,

  inferShape: ([x]) => x as Shape,
  // Decay would pull the slopes to 0, that is towards relu (He et al. 2015, §2.1).
  weights: ([x]) => ({ slope: { shape: [channelsOf(x)], initializer: { constant: 0.25 }, decay: false } }),

  inPlace: true,
  forward: (c) =>
    call('prelu', c.x[0] as Operand, c.w.slope as Operand, c.y, rowsAndChannels(c.y.shape), clampArguments(c)),
  epilogue: { clamp: true },

  backward: ({ x: [x], w, dy, dx: [dx], dw }) =>
    call(
      'preluBackward',
      x as Operand,
      w.slope as Operand,
      dy,
      dx ?? 0,
      dw.slope as Operand,
      rowsAndChannels(dy.shape),
    ),

  onnx: (o) => {
    const { names, order } = o.inputs();
    const shape = order === 'own' ? o.y.slice(-1) : [channelsOf(o.y), 1, 1];
    return { name: o.node('PRelu', [...names, o.weight('slope', undefined, shape)]), order };
  },

  samples: [
    { input: [2, 3, 3, 8] },
    { input: [1, 5, 4, 3] },
    { input: [4, 1] },
    { input: [3, 7] },
    { input: [], wholeBatch: true },
  ],
});

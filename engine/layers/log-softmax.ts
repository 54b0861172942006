/**
 * The logarithm of softmax over the last axis: y = x − max x − ln Σ e^(x − max x), which is finite where a probability
 * is too small to be a number. Any shape; ONNX LogSoftmax with axis −1
 */
import { call, type Operand } from '../region.ts';
import type { Shape } from '../tensor.ts';
import { type NoAttributes, noAttributes } from './activation.ts';
import { rowsAndChannels } from './channels.ts';
import { layer } from './layer.ts';
import { lastAxis } from './onnx.ts';

export const logSoftmax = layer<NoAttributes>({
  attributes: noAttributes,

  inferShape: ([x]) => x as Shape,

  inPlace: true,
  forward: ({ x: [x], y }) => call('logSoftmax', x as Operand, y, rowsAndChannels(y.shape)),

  backward: ({ y, dy, dx: [dx] }) => (dx ? call('logSoftmaxBackward', y, dy, dx, rowsAndChannels(y.shape)) : []),

  onnx: (o) => lastAxis(o, 'LogSoftmax'),

  samples: [{ input: [3, 10] }, { input: [1, 1] }, { input: [2, 2, 3, 5] }, { input: [4, 8] }],
});

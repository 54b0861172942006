/**
 * Softmax over the last axis: y = eˣ / Σ eˣ, computed on x − max x.
 *   Any shape; ONNX Softmax with axis −1
 */
import * as v from 'valibot';
import { call, type Operand } from '../region.ts';
import type { Shape } from '../tensor.ts';
import { rowsAndChannels } from './channels.ts';
import { layer } from './layer.ts';
import { lastAxis } from './onnx.ts';

const attributes = v.strictObject({});

export const softmax = layer<v.InferOutput<typeof attributes>>({
  attributes,

  inferShape: ([x]) => x as Shape,

  scores: true,
  inPlace: true,
  forward: ({ x: [x], y }) => call('softmax', x as Operand, y, rowsAndChannels(y.shape)),

  backward: ({ y, dy, dx: [dx] }) => (dx ? call('softmaxBackward', y, dy, dx, rowsAndChannels(y.shape)) : []),

  onnx: (o) => lastAxis(o, 'Softmax'),

  samples: [{ input: [3, 10] }, { input: [1, 1] }, { input: [2, 2, 3, 5] }, { input: [4, 8] }],
});

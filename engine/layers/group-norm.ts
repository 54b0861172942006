/**
 * Group normalisation (Wu and He 2018): the channels of every sample, cut into groups of neighbours, are brought to mean 0
 * and variance 1 group by group.
 *   x [N,…,C] → y = (x − mean) / √(variance + ε)·scale [C] + shift [C];  ONNX GroupNormalization, opset 21
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { elementCount, formatShape, type Shape } from '../tensor.ts';
import { type Blocks, blockNorm, blockNormBackward, epsilon, scaleAndShift } from './block-norm.ts';
import { channelsOf } from './channels.ts';
import { layer } from './layer.ts';
import { channelsFirst, own } from './onnx.ts';
import { length } from './shape-attribute.ts';

const attributes = v.strictObject({ groups: length, epsilon });
type Attributes = v.InferOutput<typeof attributes>;

function blocks(x: Shape, { groups }: Attributes): Blocks {
  const [samples, channels] = [x[0] as number, channelsOf(x)];
  return { samples, pixels: elementCount(x) / samples / channels, channels, groups };
}

export const groupNorm = layer<Attributes>({
  attributes,

  inferShape: ([x], { groups }) => {
    const shape = x as Shape;
    if (shape.length < 2) {
      throw new EngineError('shape-mismatch', `expected an input [N,…,C], got ${formatShape(shape)}`);
    }
    if (channelsOf(shape) % groups === 0) return shape;
    throw new EngineError('shape-mismatch', `${groups} groups do not divide the channels of ${formatShape(shape)}`);
  },

  weights: ([x]) => scaleAndShift([channelsOf(x)], { scale: true, shift: true }),

  inPlace: true,
  forward: (c) => blockNorm(c, blocks(c.y.shape, c.a)),
  epilogue: { clamp: true },

  backward: (c) => blockNormBackward(c, blocks(c.y.shape, c.a)),

  /** Operator set 20 has one scale a group only: so groups are normalised as if each were a channel, then scaled. */
  onnx: (o) => {
    const rank = o.y.length;
    const channels = channelsOf(o.y);
    const { groups, epsilon } = o.a;
    const perGroup = (value: number) => o.floats([groups], new Float32Array(groups).fill(value));
    const axes = o.y.map((_, axis) => axis);
    const toFirst = [0, rank - 1, ...axes.slice(1, -1)];
    const x = rank === 4 ? o.image(0) : rank === 2 ? o.own(0) : o.node('Transpose', [o.own(0)], { perm: toFirst });
    const blocks = o.node('Reshape', [x, o.integers([0, groups, -1])]);
    const inputs = [blocks, perGroup(1), perGroup(0)];
    const normal = o.node('InstanceNormalization', inputs, { epsilon: { float: epsilon } });
    const whole = o.node('Reshape', [normal, o.integers([0, channels, ...o.y.slice(1, -1)])]);
    const shape = [channels, ...axes.slice(1, -1).map(() => 1)];
    const scaled = o.node('Mul', [whole, o.weight('scale', undefined, shape)]);
    const y = o.node('Add', [scaled, o.weight('shift', undefined, shape)]);
    if (rank === 4) return channelsFirst(y);
    return own(rank === 2 ? y : o.node('Transpose', [y], { perm: [0, ...axes.slice(2), 1] }));
  },

  samples: [
    { input: [2, 4, 4, 8], groups: 2 },
    { input: [2, 3, 5, 9], groups: 3 },
    { input: [3, 14], groups: 2, epsilon: 0.1 },
    { input: [2, 4, 6], groups: 1 },
    { input: [1, 3, 3, 5], groups: 5 },
  ],
});

/**
 * Batch normalisation per channel (last axis; Ioffe and Szegedy 2015):
 *   y = (x − mean) / √(variance + ε)·scale + shift;  any shape;  ONNX BatchNormalization
 * Inference takes the running statistics; training those of its shard, and hands them over (variance unbiased, as
 * PyTorch keeps it) where the gradients of `mean` and `variance` would be.
 */
import * as v from 'valibot';
import { at, call, type Operand } from '../region.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { channelsOf, rowsAndChannels } from './channels.ts';
import { clampArguments } from './gemm.ts';
import { type Context, layer } from './layer.ts';
import { channelsFirst, own } from './onnx.ts';

const attributes = v.strictObject({ epsilon: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)), 1e-5) });
type Attributes = v.InferOutput<typeof attributes>;

/** Mean, 1 / deviation, unbiased variance of each channel, and room for three numbers more that the kernels keep. */
const statistics = (c: Context<Attributes>): Operand => ({
  shape: [],
  region: c.saved('statistics', 6 * 4 * channelsOf(c.y.shape)),
});

export const batchNorm2d = layer<Attributes>({
  attributes,

  inferShape: ([x]) => x as Shape,

  weights: ([x]) => {
    const shape = [channelsOf(x)];
    return {
      scale: { shape, initializer: 'ones' },
      shift: { shape, initializer: 'zeros' },
      mean: { shape, initializer: 'zeros', update: 'running' },
      variance: { shape, initializer: 'ones', update: 'running' },
    };
  },

  inPlace: true,
  forward: (c) => {
    const [rows, channels] = rowsAndChannels(c.y.shape);
    const { scale, shift, mean, variance } = c.w as Readonly<Record<string, Operand>>;
    const packed = c.packed('affine', 8 * channels, (target) =>
      call(
        'packBatchNorm2d',
        scale as Operand,
        shift as Operand,
        mean as Operand,
        variance as Operand,
        channels,
        c.a.epsilon,
        target,
      ),
    );
    return call('affine', c.x[0] as Operand, packed, c.y, rows, channels, clampArguments(c));
  },
  epilogue: { clamp: true, clampInTraining: true },

  affine: (w, { epsilon }) => {
    const { scale, shift, mean, variance } = w as Record<string, Tensor>;
    const factor = Array.from((scale as Tensor).data, (s, i) => {
      return s / Math.sqrt((variance as Tensor).data[i]! + epsilon);
    });
    return {
      scale: Float32Array.from(factor),
      shift: Float32Array.from(factor, (f, i) => (shift as Tensor).data[i]! - (mean as Tensor).data[i]! * f),
    };
  },

  forwardTraining: (c) =>
    call(
      'batchNorm2dTraining',
      c.x[0] as Operand,
      c.w.scale as Operand,
      c.w.shift as Operand,
      c.y,
      statistics(c),
      rowsAndChannels(c.y.shape),
      c.a.epsilon,
      clampArguments(c),
    ),

  backward: (c) => {
    const [rows, channels] = rowsAndChannels(c.y.shape);
    const kept = statistics(c);
    const { scale, shift, mean, variance } = c.dw as Readonly<Record<string, Operand>>;
    const scaleWeight = c.w.scale as Operand;
    const sums = [scale as Operand, shift as Operand, rows, channels] as const;
    return [
      call('batchNorm2dBackward', c.x[0] as Operand, scaleWeight, c.dy, kept, c.dx[0] ?? 0, ...sums),
      call('copyBytes', mean as Operand, kept, 4 * channels),
      call('copyBytes', variance as Operand, at(kept, 8 * channels), 4 * channels),
    ];
  },

  /** ONNX has the channels on axis 1: of images that is a matter of order, of all else a matter of rows. */
  onnx: (o) => {
    const weights = ['scale', 'shift', 'mean', 'variance'].map((role) => o.weight(role));
    const attributes = { epsilon: { float: o.a.epsilon } };
    if (o.y.length === 4) return channelsFirst(o.node('BatchNormalization', [o.image(0), ...weights], attributes));
    if (o.y.length === 2) return own(o.node('BatchNormalization', [o.own(0), ...weights], attributes));
    const rows = o.node('Reshape', [o.own(0), o.integers([-1, channelsOf(o.y)])]);
    const y = o.node('BatchNormalization', [rows, ...weights], attributes);
    return own(o.node('Reshape', [y, o.integers([-1, ...o.y.slice(1)])]));
  },

  samples: [
    { input: [2, 4, 4, 8] },
    { input: [3, 5, 3, 7] },
    { input: [4, 1, 1, 3], epsilon: 1e-3 },
    { input: [6, 5] },
  ],
});

/** A factor for each channel (last axis): y = x·scale [C]. Any shape; ONNX Mul by a vector. */
import { call, type KernelCall, type Operand, type Region } from '../region.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { type NoAttributes, noAttributes } from './activation.ts';
import { broadcastCall } from './broadcast.ts';
import { channelsOf, rowsAndChannels } from './channels.ts';
import { clampArguments } from './gemm.ts';
import { type Context, layer } from './layer.ts';

/** The affine map that the kernel takes: factors, then zeros. */
function affineOf(c: Context<NoAttributes>): Region {
  const bytes = 4 * channelsOf(c.y.shape);
  return c.packed('affine', 2 * bytes, (target) => [
    call('fillZero', target, 2 * bytes),
    call('copyBytes', target, c.w.scale as Operand, bytes),
  ]);
}

const UNLIMITED = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

export const scale = layer<NoAttributes>({
  attributes: noAttributes,

  inferShape: ([x]) => x as Shape,
  weights: ([x]) => ({ scale: { shape: [channelsOf(x)], initializer: 'ones' } }),

  inPlace: true,
  forward: (c) => call('affine', c.x[0] as Operand, affineOf(c), c.y, rowsAndChannels(c.y.shape), clampArguments(c)),
  epilogue: { clamp: true },
  affine: (w) => {
    const { data } = w.scale as Tensor;
    return { scale: data, shift: new Float32Array(data.length) };
  },

  backward: (c) => {
    const [rows, channels] = rowsAndChannels(c.y.shape);
    const products: Operand = { shape: c.y.shape, region: c.scratch(c.y.region.bytes) };
    const calls: KernelCall[] = [
      broadcastCall('mul', c.x[0] as Operand, c.dy, products, UNLIMITED),
      call('columnSums', products, 4 * channels, rows, channels, c.dw.scale as Operand),
    ];
    const dx = c.dx[0];
    return dx ? [...calls, call('affine', c.dy, affineOf(c), dx, rows, channels, UNLIMITED)] : calls;
  },

  onnx: (o) => {
    const { names, order } = o.inputs();
    const factors = order === 'own' ? o.weight('scale') : o.weight('scale', undefined, [channelsOf(o.y), 1, 1]);
    return { name: o.node('Mul', [...names, factors]), order };
  },

  samples: [{ input: [2, 3, 3, 8] }, { input: [1, 5, 4, 3] }, { input: [4, 1] }, { input: [3, 7] }],
});

/**
 * Instance normalisation (Ulyanov et al. 2016): every channel of every image is brought to mean 0 and variance 1.
 *   x [N,H,W,C] → y = (x − mean) / √(variance + ε)·scale [C] + shift [C];  ONNX InstanceNormalization
 */
import * as v from 'valibot';
import type { Shape } from '../tensor.ts';
import { type Blocks, blockNorm, blockNormBackward, epsilon, scaleAndShift } from './block-norm.ts';
import { layer } from './layer.ts';
import { channelsFirst } from './onnx.ts';
import { imageSides } from './window.ts';

const attributes = v.strictObject({ epsilon, affine: v.optional(v.boolean(), true) });

function blocks(x: Shape): Blocks {
  const [samples, h, w, channels] = imageSides(x);
  return { samples, pixels: h * w, channels, groups: channels };
}

export const instanceNorm2d = layer<v.InferOutput<typeof attributes>>({
  attributes,

  inferShape: ([x]) => imageSides(x),
  weights: ([x], { affine }) => scaleAndShift([imageSides(x)[3]], { scale: affine, shift: affine }),

  inPlace: true,
  forward: (c) => blockNorm(c, blocks(c.y.shape)),
  epilogue: { clamp: true },

  backward: (c) => blockNormBackward(c, blocks(c.y.shape)),

  onnx: (o) => {
    const channels = o.y[3] as number;
    const weight = (role: string, otherwise: number) =>
      o.a.affine ? o.weight(role) : o.floats([channels], new Float32Array(channels).fill(otherwise));
    const inputs = [o.image(0), weight('scale', 1), weight('shift', 0)];
    return channelsFirst(o.node('InstanceNormalization', inputs, { epsilon: { float: o.a.epsilon } }));
  },

  samples: [
    { input: [2, 4, 4, 8] },
    { input: [3, 5, 3, 7] },
    { input: [1, 3, 2, 2], epsilon: 1e-3 },
    { input: [2, 3, 4, 5], affine: false },
  ],
});

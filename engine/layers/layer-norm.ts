/**
 * Layer normalisation (Ba, Kiros and Hinton 2016): the last `axes` axes of every sample are brought to mean 0, variance 1.
 *   y = (x − mean) / √(variance + ε)·scale + shift;  scale, shift: of the shape of these axes;  ONNX LayerNormalization
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { elementCount, formatShape, type Shape } from '../tensor.ts';
import { type Blocks, blockNorm, blockNormBackward, epsilon, scaleAndShift } from './block-norm.ts';
import { layer } from './layer.ts';
import { own } from './onnx.ts';
import { MAX_RANK } from './shape-attribute.ts';

const attributes = v.strictObject({
  axes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_RANK)), 1),
  epsilon,
  scale: v.optional(v.boolean(), true),
  shift: v.optional(v.boolean(), true),
});
type Attributes = v.InferOutput<typeof attributes>;

const normalised = (x: Shape, { axes }: Attributes): Shape => x.slice(x.length - axes);

function blocks(x: Shape, a: Attributes): Blocks {
  const channels = elementCount(normalised(x, a));
  return { samples: elementCount(x) / channels, pixels: 1, channels, groups: 1 };
}

export const layerNorm = layer<Attributes>({
  attributes,

  inferShape: ([x], { axes }) => {
    const shape = x as Shape;
    if (shape.length >= axes) return shape;
    throw new EngineError(
      'shape-mismatch',
      `${axes} axes are to be normalised, the input ${formatShape(shape)} has fewer`,
    );
  },

  weights: ([x], a) => scaleAndShift(normalised(x as Shape, a), a),

  inPlace: true,
  forward: (c) => blockNorm(c, blocks(c.y.shape, c.a)),
  epilogue: { clamp: true },

  backward: (c) => blockNormBackward(c, blocks(c.y.shape, c.a)),

  onnx: (o) => {
    const shape = normalised(o.y, o.a);
    const scale = o.a.scale ? o.weight('scale') : o.floats(shape, new Float32Array(elementCount(shape)).fill(1));
    const attributes = { axis: -o.a.axes, epsilon: { float: o.a.epsilon } };
    return own(o.node('LayerNormalization', [o.own(0), scale, o.a.shift ? o.weight('shift') : ''], attributes));
  },

  samples: [
    { input: [2, 8] },
    { input: [3, 5, 7] },
    { input: [2, 3, 4, 5], axes: 2, epsilon: 1e-3 },
    { input: [2, 37], scale: false },
    { input: [2, 3, 3, 2], axes: 3, shift: false },
    { input: [3, 1] }, // nothing to compare with: y = shift
  ],
});

/** Activations that do nothing but keep values between two limits. */
import type { GenericSchema } from 'valibot';
import { call, type Operand } from '../region.ts';
import { elementCount, type Shape } from '../tensor.ts';
import { anyShape, type NoAttributes, noAttributes } from './activation.ts';
import { type Context, type Layer, layer, type Sample } from './layer.ts';
import { byTable } from './quantized/elementwise.ts';

/** The layer y = min(max(x, lo), hi); its gradient is dy strictly between the limits, else 0 (as PyTorch's). */
export const limitingLayer = <A>(
  attributes: GenericSchema<unknown, A>,
  limits: (a: A) => readonly [lo: number, hi: number],
  samples: readonly Sample[],
): Layer<A> => {
  const forward = ({ x: [x], y, a }: Context<A>) => call('clamp', x as Operand, y, elementCount(y.shape), limits(a));
  return layer({
    attributes,

    inferShape: ([x]) => x as Shape,

    inPlace: true,
    forward,
    quantized: byTable(forward),
    clamp: limits,

    backward: ({ y, dy, dx: [dx], a }) =>
      dx ? call('clampBackward', y, dy, dx, elementCount(y.shape), limits(a)) : [],

    onnx: (o) => {
      const { names, order } = o.inputs();
      const [lo, hi] = limits(o.a);
      if (lo === 0 && hi === Number.POSITIVE_INFINITY) return { name: o.node('Relu', names), order };
      const limit = (value: number) => (Number.isFinite(value) ? o.floats([], [value]) : '');
      return { name: o.node('Clip', [...names, limit(lo), limit(hi)]), order };
    },

    samples,
  });
};

/** The same with limits that are part of its name. */
export const clampLayer = (lo: number, hi: number): Layer<NoAttributes> =>
  limitingLayer(noAttributes, () => [lo, hi], anyShape());

/** Activations that do nothing but keep values between two limits. */
import * as v from 'valibot';
import { call, type Operand } from '../region.ts';
import { elementCount, type Shape } from '../tensor.ts';
import { type Layer, layer } from './layer.ts';

const attributes = v.strictObject({});
type Attributes = v.InferOutput<typeof attributes>;

/** The layer y = min(max(x, lo), hi); its gradient is dy strictly between the limits, else 0 (as PyTorch's). */
export const clampLayer = (lo: number, hi: number): Layer<Attributes> =>
  layer({
    attributes,

    inferShape: ([x]) => x as Shape,

    inPlace: true,
    forward: ({ x: [x], y }) => call('clamp', x as Operand, y, elementCount(y.shape), lo, hi),
    clamp: () => [lo, hi],

    backward: ({ y, dy, dx: [dx] }) => (dx ? call('clampBackward', y, dy, dx, elementCount(y.shape), lo, hi) : []),

    samples: [{ input: [2, 4, 4, 3] }, { input: [1, 17] }, { input: [3, 1] }],
  });

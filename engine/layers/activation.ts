/** Activations that map every value by itself, y[i] = f(x[i]): what their layers share. Each layer says its formula. */
import * as v from 'valibot';
import type { KernelName } from '../kernels.ts';
import { call, type Operand } from '../region.ts';
import { elementCount, type Shape } from '../tensor.ts';
import { type Context, type Layer, layer, type Sample } from './layer.ts';
import { elementwise, type WriteOnnx } from './onnx.ts';
import { byTable } from './quantized/elementwise.ts';

/** A number that a formula may have as its setting. */
export const number = (fallback: number) => v.optional(v.pipe(v.number(), v.finite()), fallback);

export const noAttributes = v.strictObject({});
export type NoAttributes = v.InferOutput<typeof noAttributes>;

interface Activation<A> {
  readonly attributes: v.GenericSchema<unknown, A>;
  /** The kernel, which is given x, y and the count of elements, and its settings. */
  forward(a: A): readonly [kernel: KernelName, ...settings: readonly number[]];
  /** The kernel, what it reads beside dy (then come dx and the count), and its settings. Absent: there is no gradient. */
  backward?(a: A): readonly [kernel: KernelName, reads: 'x' | 'y' | 'nothing', ...settings: readonly number[]];
  /** Its operator in ONNX, or how to write it. */
  readonly onnx: string | WriteOnnx<A>;
  /** Attributes to try: the first at all shapes, the others at one. */
  readonly variants?: readonly Readonly<Record<string, unknown>>[];
}

const shapes: readonly Shape[] = [
  [2, 4, 4, 3],
  [1, 17],
  [3, 1],
];

/** Samples of a layer that takes any shape: vectors and tails, a scalar among them. */
export const anyShape = (
  [first, ...others]: readonly Readonly<Record<string, unknown>>[] = [{}],
): readonly Sample[] => [
  ...shapes.map((input) => ({ input, ...first })),
  { input: [], wholeBatch: true, ...first },
  ...others.map((variant) => ({ input: [2, 13], ...variant })),
];

/** The layer of such a formula. */
export const activation = <A>({ attributes, forward, backward, onnx, variants }: Activation<A>): Layer<A> => {
  const forwardCall = ({ x: [x], y, a }: Context<A>) => {
    const [kernel, ...settings] = forward(a);
    return call(kernel, x as Operand, y, elementCount(y.shape), settings);
  };
  return layer({
    attributes,

    inferShape: ([x]) => x as Shape,

    inPlace: true,
    forward: forwardCall,
    quantized: byTable(forwardCall),

    ...(backward && {
      backward: ({ x: [x], y, dy, dx: [dx], a }) => {
        const [kernel, reads, ...settings] = backward(a);
        const read = { x: [x as Operand], y: [y], nothing: [] }[reads];
        return dx ? call(kernel, read, dy, dx, elementCount(y.shape), settings) : [];
      },
    }),

    onnx: typeof onnx === 'string' ? elementwise<A>(onnx) : onnx,

    samples: anyShape(variants),
  });
};

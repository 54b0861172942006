/**
 * Elements in front of and behind each axis: one value, or what mode says of the tensor's own.
 *   Any shape, padding [before, after] for each axis;  reflect mirrors at the border without repeating it, edge repeats
 *   it, wrap starts again at the other end, all as often as needed;  ONNX Pad
 */
import * as v from 'valibot';
import type { Operand } from '../region.ts';
import type { Shape } from '../tensor.ts';
import { checkEntries } from './axis.ts';
import { gatherAxes, gatherAxesBackward, type Pick } from './gather-axis.ts';
import { type Context, layer } from './layer.ts';
import { byMoving } from './quantized/move.ts';
import { MAX_RANK } from './shape-attribute.ts';
import { type Box, fill, reversed, rowMajor, stridedCopy, whole } from './strided.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));

const attributes = v.strictObject({
  padding: v.pipe(v.array(v.strictTuple([count, count])), v.maxLength(MAX_RANK)),
  mode: v.optional(v.picklist(['constant', 'reflect', 'edge', 'wrap']), 'constant'),
  /** Of constant padding; rounded to f32. */
  value: v.optional(v.pipe(v.number(), v.finite()), 0),
});

type Attributes = v.InferOutput<typeof attributes>;

const modulo = (i: number, n: number): number => ((i % n) + n) % n;

/** Which of n elements stands at position i, which may lie outside. */
const inside = {
  edge: (i: number, n: number) => Math.min(Math.max(i, 0), n - 1),
  wrap: modulo,
  /** There and back again is a period of 2n − 2 positions. */
  reflect(i: number, n: number) {
    if (n === 1) return 0;
    const position = modulo(i, 2 * n - 2);
    return position < n ? position : 2 * n - 2 - position;
  },
};

/** For each axis that is padded: where its elements come from. */
const picksOf = (x: Shape, padding: Attributes['padding'], mode: keyof typeof inside): readonly Pick[] =>
  padding.flatMap(([before, after], axis): Pick[] => {
    if (before + after === 0) return [];
    const n = x[axis] as number;
    return [{ axis, indices: Array.from({ length: before + n + after }, (_, i) => inside[mode](i - before, n)) }];
  });

/** Where x lies in y. */
function boxOf(x: Shape, y: Shape, { padding }: Attributes): Box {
  const strides = rowMajor(y);
  const offset = padding.reduce((sum, [before], axis) => sum + before * (strides[axis] as number), 0);
  return { sizes: x, from: whole(x), to: { offset, strides } };
}

function forward(c: Context<Attributes>) {
  const x = c.x[0] as Operand;
  const { mode, padding, value } = c.a;
  if (mode !== 'constant') return gatherAxes(c, x, c.y, picksOf(x.shape, padding, mode));
  return [fill(value, c.y, (data) => c.table('value', data)), stridedCopy(x, c.y, boxOf(x.shape, c.y.shape, c.a))];
}

export const pad = layer<Attributes>({
  attributes,

  inferShape: ([x], { padding }) => {
    checkEntries(x as Shape, padding, 'padding');
    return (x as Shape).map((length, axis) => {
      const [before, after] = padding[axis] as readonly [number, number];
      return before + length + after;
    });
  },

  forward,
  // Another number than 0 may be no level of x.
  quantized: byMoving(forward, ({ mode, value }) => mode !== 'constant' || value === 0),

  backward: (c) => {
    const dx = c.dx[0];
    if (!dx) return [];
    const { mode, padding } = c.a;
    if (mode !== 'constant') return gatherAxesBackward(c, c.dy, dx, picksOf(dx.shape, padding, mode));
    return stridedCopy(c.dy, dx, reversed(boxOf(dx.shape, c.dy.shape, c.a)));
  },

  zeroPadding: ({ padding, mode, value }) => {
    const [batch, rows, columns, channels] = padding;
    const isOfImage = padding.length === 4 && [...(batch ?? []), ...(channels ?? [])].every((count) => count === 0);
    if (!isOfImage || mode !== 'constant' || value !== 0) return undefined;
    return [...(rows as readonly [number, number]), ...(columns as readonly [number, number])];
  },

  onnx: (o) => {
    const { names, order, axis, list } = o.inputs();
    const shape = o.x[0] as Shape;
    const { mode, padding } = o.a;
    // ONNX Runtime (1.30) refuses to mirror more than is there, and wraps it around into nothing: those are gathered.
    const most = (i: number) => (shape[i] as number) - (mode === 'reflect' ? 1 : 0);
    const isRepeated = (i: number) => (mode === 'reflect' || mode === 'wrap') && Math.max(...padding[i]!) > most(i);
    let x = names[0] as string;
    for (const pick of picksOf(shape, padding, mode === 'constant' ? 'edge' : mode)) {
      if (!isRepeated(pick.axis)) continue;
      x = o.node('Gather', [x, o.integers(pick.indices)], { axis: axis(pick.axis) });
    }
    const rest = list(padding.map((pads, i) => (isRepeated(i) ? [0, 0] : pads)));
    const pads = o.integers([...rest.map(([before]) => before as number), ...rest.map(([, after]) => after as number)]);
    const value = mode === 'constant' ? o.floats([], [o.a.value]) : '';
    return { name: o.node('Pad', [x, pads, value], { mode }), order };
  },

  samples: [
    {
      input: [2, 3, 4, 5],
      padding: [
        [0, 0],
        [1, 2],
        [3, 0],
        [0, 0],
      ],
    },
    {
      input: [2, 3, 3, 2],
      padding: [
        [0, 0],
        [0, 0],
        [1, 1],
        [2, 1],
      ],
      value: -1.5,
    },
    {
      input: [2, 4, 5, 3],
      padding: [
        [0, 0],
        [3, 2],
        [1, 4],
        [0, 0],
      ],
      mode: 'reflect',
    },
    {
      input: [2, 3, 2, 3],
      padding: [
        [0, 0],
        [1, 2],
        [4, 0],
        [1, 1],
      ],
      mode: 'edge',
    },
    {
      input: [2, 3, 4, 1],
      padding: [
        [0, 0],
        [2, 1],
        [4, 9],
        [0, 0],
      ],
      mode: 'wrap',
    },
    {
      input: [2, 1, 3],
      padding: [
        [0, 0],
        [2, 2],
        [7, 8],
      ],
      mode: 'reflect',
    }, // more than once to and fro
    {
      input: [2, 3],
      padding: [
        [1, 2],
        [0, 1],
      ],
      mode: 'edge',
      wholeBatch: true,
    },
    {
      input: [2, 3],
      padding: [
        [1, 2],
        [0, 1],
      ],
      value: 0.25,
      wholeBatch: true,
    },
    {
      input: [2, 3, 2],
      padding: [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      mode: 'wrap',
    }, // nothing to do
    {
      input: [1, 2, 1, 2, 2, 2],
      padding: [
        [0, 0],
        [1, 0],
        [0, 1],
        [0, 0],
        [1, 1],
        [0, 1],
      ],
      mode: 'reflect',
    },
  ],
});

/** Means over some axes. x [...] → y without `axes`, or with length 1 there; ONNX ReduceMean. */
import { call, type Operand } from '../region.ts';
import type { Shape } from '../tensor.ts';
import { wholeImage } from './pool.ts';
import { quantizedAveragePool } from './quantized/pool.ts';
import { type Attributes, countOf, pairsOf, reduction, spreadGradient } from './reduce.ts';

/** Over all pixels of an image: a gate's squeeze. */
const isGlobalPool = (x: Shape, { axes }: Attributes): boolean => x.length === 4 && axes.join() === '1,2';

export const reduceMean = reduction({
  onnx: 'ReduceMean',
  forward: (c) => call('reduceSum', c.x[0] as Operand, c.y, pairsOf(c), countOf(c)),
  quantized: {
    calls: (c) => (isGlobalPool(c.x[0].shape, c.a) ? quantizedAveragePool(wholeImage).calls(c) : undefined),
    // Means over channels are parts of a normalisation, which eight bits would spoil.
    wants: ({ axes }) => (axes.join() === '1,2' ? 'always' : 'never'),
  },
  backward: (c, dx) => spreadGradient(c, dx, countOf(c)),
});

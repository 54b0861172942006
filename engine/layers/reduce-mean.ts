/** Means over some axes. x [...] → y without `axes`, or with length 1 there; ONNX ReduceMean. */
import { call, type Operand } from '../region.ts';
import { quantizedMean } from './quantized/pool.ts';
import { countOf, pairsOf, reduction, spreadGradient } from './reduce.ts';

export const reduceMean = reduction({
  onnx: 'ReduceMean',
  forward: (c) => call('reduceSum', c.x[0] as Operand, c.y, pairsOf(c), countOf(c)),
  quantized: quantizedMean(pairsOf),
  backward: (c, dx) => spreadGradient(c, dx, countOf(c)),
});

/** Sums over some axes. x [...] → y without `axes`, or with length 1 there; ONNX ReduceSum. */
import { call, type Operand } from '../region.ts';
import { pairsOf, reduction, spreadGradient } from './reduce.ts';

export const reduceSum = reduction({
  onnx: 'ReduceSum',
  forward: (c) => call('reduceSum', c.x[0] as Operand, c.y, pairsOf(c), 1),
  backward: (c, dx) => spreadGradient(c, dx, 1),
});

/** The largest values over some axes, NaN where one is NaN. x [...] → y without `axes`, or with length 1 there; ONNX ReduceMax. */
import { reduceExtreme } from './reduce.ts';

export const reduceMax = reduceExtreme('reduceMax', 'ReduceMax');

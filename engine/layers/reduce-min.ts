/** The smallest values over some axes, NaN where one is NaN. x [...] → y without `axes`, or with length 1 there; ONNX ReduceMin. */
import { reduceExtreme } from './reduce.ts';

export const reduceMin = reduceExtreme('reduceMin', 'ReduceMin');

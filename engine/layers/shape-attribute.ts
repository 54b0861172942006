/** Shapes as attributes. */
import * as v from 'valibot';
import type { Shape } from '../tensor.ts';

/** Axes that a value may have: what kernels have loops for. */
export const MAX_RANK = 6;

export const length = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 31 - 1));
const lengthOrNothing = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1));

/** A shape with every side given; `[]` is a scalar, a side of 0 makes it empty. */
export const shapeAttribute = v.pipe(
  v.array(lengthOrNothing),
  v.maxLength(MAX_RANK),
  v.transform((shape): Shape => shape),
);

/** A shape in which −1 stands for a length that the layer works out. */
export const openShapeAttribute = v.pipe(
  v.array(v.union([length, v.literal(-1)])),
  v.maxLength(MAX_RANK),
  v.transform((shape): Shape => shape),
);

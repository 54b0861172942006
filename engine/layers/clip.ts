/**
 * Values kept between two limits, either of which may be absent: y = min(max(x, min), max).
 *   Any shape; where min > max, y is max, as NumPy and ONNX have it;  ONNX Clip
 */
import * as v from 'valibot';
import { anyShape } from './activation.ts';
import { limitingLayer } from './clamp.ts';

const limit = v.optional(v.pipe(v.number(), v.finite()));
const attributes = v.strictObject({ min: limit, max: limit });

export const clip = limitingLayer(
  attributes,
  ({ min, max }) => [min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY],
  anyShape([
    { min: -0.5, max: 0.75 },
    { min: -1 },
    { max: -0.3 },
    {},
    { min: 0.1, max: 0.1 },
    { min: 1, max: -1 },
    { min: -3.7, max: 6.1 },
  ]),
);

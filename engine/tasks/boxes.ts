/** Boxes of a model → boxes of the picture: orders and units of numbers, and the way back through preprocess. */
import * as v from 'valibot';
import { type Preprocess, sourceMapping } from '../image/preprocess.ts';

export const orderSchema = v.picklist(['xyxy', 'xywh', 'yxyx']);
/** `pixel` of the model's input, or `relative`: shares of its sides, 0–1. */
export const unitSchema = v.picklist(['pixel', 'relative']);

export type Order = v.InferOutput<typeof orderSchema>;
export type Unit = v.InferOutput<typeof unitSchema>;

/** In pixels of the upright source, measured at edges: 0 to width, 0 to height. */
export interface Box {
  readonly xmin: number;
  readonly ymin: number;
  readonly xmax: number;
  readonly ymax: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Corners of boxes, [N,4] left, top, right, bottom, pixels of the model's input.
 * @param values [N,4] in `order`; the x and y of `xywh` are the centre's
 */
export function corners(
  values: ArrayLike<number>,
  order: Order,
  unit: Unit,
  [width, height]: Preprocess['size'],
): Float64Array {
  const [across, down] = unit === 'relative' ? [width, height] : [1, 1];
  const boxes = new Float64Array(values.length);
  for (let i = 0; i < values.length; i += 4) {
    const [a, b, c, d] = [values[i]!, values[i + 1]!, values[i + 2]!, values[i + 3]!];
    let [left, top, right, bottom] = [a, b, c, d];
    if (order === 'yxyx') [left, top, right, bottom] = [b, a, d, c];
    if (order === 'xywh') [left, top, right, bottom] = [a - c / 2, b - d / 2, a + c / 2, b + d / 2];
    boxes[i] = left * across;
    boxes[i + 1] = top * down;
    boxes[i + 2] = right * across;
    boxes[i + 3] = bottom * down;
  }
  return boxes;
}

/** One box of `corners` in the picture, clipped to it; what is no number becomes 0, so that an answer is always JSON. */
export function inSource(boxes: ArrayLike<number>, index: number, source: Size, preprocess: Preprocess): Box {
  const { scale, offset } = sourceMapping(source, preprocess);
  const limits = [source.width, source.height] as const;
  const at = (side: number): number => {
    const axis = (side % 2) as 0 | 1;
    const place = (boxes[4 * index + side]! + offset[axis]) * scale[axis];
    return Number.isNaN(place) ? 0 : Math.min(Math.max(place, 0), limits[axis]);
  };
  return { xmin: at(0), ymin: at(1), xmax: at(2), ymax: at(3) };
}

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

/** Corners of boxes, in pixels of the model's input. */
export class Corners {
  /** [N,4] left, top, right, bottom; 0 where nothing was put. */
  readonly values: Float64Array;
  private readonly order: Order;
  private readonly across: number;
  private readonly down: number;

  /** @param size of the model's input */
  constructor(count: number, order: Order, unit: Unit, [width, height]: Preprocess['size']) {
    this.values = new Float64Array(4 * count);
    this.order = order;
    [this.across, this.down] = unit === 'relative' ? [width, height] : [1, 1];
  }

  /** A box out of [N,4]. */
  read(box: number, values: ArrayLike<number>): void {
    const at = 4 * box;
    this.put(box, values[at]!, values[at + 1]!, values[at + 2]!, values[at + 3]!);
  }

  /** A box as four numbers in the order; the x and y of `xywh` are the centre's. */
  put(box: number, a: number, b: number, c: number, d: number): void {
    const { order, across, down, values } = this;
    const isCentred = order === 'xywh';
    const isTurned = order === 'yxyx';
    values[4 * box] = (isCentred ? a - c / 2 : isTurned ? b : a) * across;
    values[4 * box + 1] = (isCentred ? b - d / 2 : isTurned ? a : b) * down;
    values[4 * box + 2] = (isCentred ? a + c / 2 : isTurned ? d : c) * across;
    values[4 * box + 3] = (isCentred ? b + d / 2 : isTurned ? c : d) * down;
  }
}

/** Intersection over union of two boxes out of [N,4] corners; 0 where nothing is shared, as of a box turned inside out. */
export function overlapAt(boxes: ArrayLike<number>, a: number, others: ArrayLike<number>, b: number): number {
  const [i, j] = [4 * a, 4 * b];
  const width = Math.min(boxes[i + 2]!, others[j + 2]!) - Math.max(boxes[i]!, others[j]!);
  const height = Math.min(boxes[i + 3]!, others[j + 3]!) - Math.max(boxes[i + 1]!, others[j + 1]!);
  if (!(width > 0 && height > 0)) return 0;
  const shared = width * height;
  return shared / (area(boxes, i) + area(others, j) - shared);
}

const area = (boxes: ArrayLike<number>, i: number): number =>
  (boxes[i + 2]! - boxes[i]!) * (boxes[i + 3]! - boxes[i + 1]!);

const sidesOf = ({ xmin, ymin, xmax, ymax }: Box): readonly number[] => [xmin, ymin, xmax, ymax];

/** Intersection over union of two boxes of one picture. */
export const overlap = (a: Box, b: Box): number => overlapAt(sidesOf(a), 0, sidesOf(b), 0);

/** One of the boxes, [N,4] corners, in the picture, clipped to it; what is no number becomes 0, so that an answer is always JSON. */
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

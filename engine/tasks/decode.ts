/** Outputs of a detector → candidates and their boxes. Only boxes that a candidate stands for are decoded. */
import * as v from 'valibot';
import { exp } from '../elementary.ts';
import type { Preprocess } from '../image/preprocess.ts';
import type { Tensor } from '../tensor.ts';
import { Corners, orderSchema, unitSchema } from './boxes.ts';
import { type CandidateOptions, Candidates } from './candidates.ts';
import { sigmoid } from './outputs.ts';

const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));

export const decodeSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('ssd'),
    /** A tensor [N,4] of the file: centre x, y, width, height, shares of the input. */
    anchors: v.string(),
    /** Of x, y, width, height. */
    variances: v.strictTuple([positive, positive, positive, positive]),
    /** Of a box's four numbers. */
    order: v.optional(v.picklist(['xywh', 'yxhw']), 'xywh'),
  }),
  v.strictObject({ kind: v.literal('given'), order: orderSchema, unit: unitSchema }),
  v.strictObject({
    kind: v.literal('grid'),
    /** The output [1,H,W,A·(5+classes)] (or with channels first, where its layout says NCHW). */
    output: v.string(),
    /** Pixels of the input from cell to cell. */
    stride: positive,
    /** Width and height of each anchor, pixels of the input. */
    anchors: v.pipe(v.array(v.strictTuple([positive, positive])), v.minLength(1), v.maxLength(100)),
  }),
]);

type Decode = v.InferOutput<typeof decodeSchema>;
export type Grid = Extract<Decode, { kind: 'grid' }>;

export interface Decoded {
  /** [N,4] corners in pixels of the input. */
  readonly boxes: Float64Array;
  readonly candidates: Candidates;
}

type Wanted = Omit<CandidateOptions, 'classes'>;

/** [1,N,4] beside [1,N,classes]. */
export function decodeRows(
  decode: Exclude<Decode, Grid>,
  { data }: Tensor,
  scores: Tensor,
  { tensors, size }: { readonly tensors: ReadonlyMap<string, Tensor>; readonly size: Preprocess['size'] },
  wanted: Wanted,
): Decoded {
  const classes = scores.shape.at(-1) as number;
  const count = data.length / 4;
  const candidates = new Candidates({ ...wanted, classes });
  for (let box = 0; box < count; box++) candidates.offer(box, scores.data, box * classes);

  if (decode.kind === 'given') {
    const corners = new Corners(count, decode.order, decode.unit, size);
    for (const box of boxesOf(candidates)) corners.read(box, data);
    return { boxes: corners.values, candidates };
  }
  const anchors = (tensors.get(decode.anchors) as Tensor).data;
  const [x, y, w, h] = decode.order === 'xywh' ? ([0, 1, 2, 3] as const) : ([1, 0, 3, 2] as const);
  const [vx, vy, vw, vh] = decode.variances;
  const corners = new Corners(count, 'xywh', 'relative', size);
  for (const box of boxesOf(candidates)) {
    const i = 4 * box;
    const [width, height] = [anchors[i + 2]!, anchors[i + 3]!];
    corners.put(
      box,
      anchors[i]! + data[i + x]! * vx * width,
      anchors[i + 1]! + data[i + y]! * vy * height,
      width * exp(data[i + w]! * vw),
      height * exp(data[i + h]! * vh),
    );
  }
  return { boxes: corners.values, candidates };
}

/** YOLO's: x = (σ(tx) + column)·stride, w = anchor·e^tw; a score is objectness times the class's. */
export function decodeGrid(decode: Grid, { shape, data }: Tensor, isFirst: boolean, wanted: Wanted): Decoded {
  const { anchors, stride } = decode;
  const [columns, depth] = isFirst ? [shape[3]!, shape[1]!] : [shape[2]!, shape[3]!];
  const cells = data.length / depth;
  const each = depth / anchors.length;
  /** From a channel of a cell to the next one, and from cell to cell. */
  const [step, toNext] = isFirst ? [cells, 1] : [1, depth];
  const startOf = (box: number) => Math.floor(box / anchors.length) * toNext + (box % anchors.length) * each * step;

  const count = cells * anchors.length;
  const candidates = new Candidates({ ...wanted, classes: each - 5 });
  for (let box = 0; box < count; box++) {
    const start = startOf(box);
    const objectness = wanted.activation === 'given' ? data[start + 4 * step]! : sigmoid(data[start + 4 * step]!);
    // A class's own score is 1 at most, unless it is given.
    if (objectness < wanted.least && wanted.activation !== 'given') continue;
    candidates.offer(box, data, start + 5 * step, step, objectness);
  }
  const corners = new Corners(count, 'xywh', 'pixel', [1, 1]);
  for (const box of boxesOf(candidates)) {
    const start = startOf(box);
    const cell = Math.floor(box / anchors.length);
    const [width, height] = anchors[box % anchors.length]!;
    corners.put(
      box,
      (sigmoid(data[start]!) + (cell % columns)) * stride,
      (sigmoid(data[start + step]!) + Math.floor(cell / columns)) * stride,
      width * exp(data[start + 2 * step]!),
      height * exp(data[start + 3 * step]!),
    );
  }
  return { boxes: corners.values, candidates };
}

/** Every box that a candidate stands for, once, rising. */
function* boxesOf({ count, indices, classes }: Candidates): Generator<number> {
  let last = -1;
  for (let i = 0; i < count; i++) {
    const box = Math.floor(indices[i]! / classes);
    if (box !== last) yield box;
    last = box;
  }
}

/** Detection: boxes and what is in each, the best ones first. */
import * as v from 'valibot';
import { exp } from '../elementary.ts';
import { EngineError } from '../errors.ts';
import type { Graph, Shapes } from '../graph.ts';
import type { Preprocess } from '../image/preprocess.ts';
import { formatShape, type Shape, type Tensor } from '../tensor.ts';
import { type Box, corners, inSource, orderSchema, unitSchema } from './boxes.ts';
import { detectTarget } from './detect-target.ts';
import { nmsSchema, suppress } from './nms.ts';
import { activate, checkLabels, invalid, outputOf, outputShape, sigmoid } from './outputs.ts';
import type { TaskDefinition } from './task.ts';

const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));

const decodeSchema = v.variant('kind', [
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

type Grid = Extract<v.InferOutput<typeof decodeSchema>, { kind: 'grid' }>;

const schema = v.strictObject({
  kind: v.literal('detect'),
  /** Outputs [1,N,4] and [1,N,classes]; a grid has both in its own output. */
  boxes: v.optional(v.string()),
  scores: v.optional(v.string()),
  activation: v.optional(v.picklist(['softmax', 'sigmoid', 'given']), 'sigmoid'),
  decode: decodeSchema,
  /** The class that means nothing is there. */
  background: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  nms: v.optional(nmsSchema, {}),
});

export type Detect = v.InferOutput<typeof schema>;

export interface Detection {
  readonly label: string;
  readonly score: number;
  readonly box: Box;
}

export const detect = {
  schema,
  defaults: { topK: 5, threshold: 0.5 },

  propose: () => {
    throw new EngineError('invalid-input', 'a task "detect" must say how boxes are decoded: give it as JSON');
  },

  check: (task, graph, shapes, labels) => {
    const classes =
      task.decode.kind === 'grid' ? checkGrid(task.decode, graph, shapes) : checkRows(task, graph, shapes);
    if (task.background !== undefined && task.background >= classes) {
      throw invalid('$.task.background', `expected a class below ${classes}, got ${task.background}`);
    }
    checkLabels(labels, classes);
  },

  tensors: ({ boxes, decode }, graph, shapes) => {
    if (decode.kind !== 'ssd') return [];
    const shape = outputShape(graph, shapes, boxes as string, '$.task.boxes').slice(-2);
    return [{ path: '$.task.decode.anchors', name: decode.anchors, shape }];
  },

  extend: (_, graph) => graph,
  explain: detectTarget,

  answer: (task, outputs, { labels, source, preprocess, tensors, graph }, { topK, threshold }) => {
    const { decode, background, activation } = task;
    const found =
      decode.kind === 'grid'
        ? decodeGrid(decode, outputs[decode.output] as Tensor, isChannelsFirst(graph, decode.output), activation)
        : decodeRows(task, outputs, tensors, preprocess.size);
    const nms = { ...task.nms, score: Math.max(task.nms.score, threshold), max: Math.min(task.nms.max, topK) };
    return suppress(found.boxes, found.scores, found.classes, nms, background).map(({ box, label, score }) => ({
      label: labels?.[label] ?? String(label),
      score,
      box: inSource(found.boxes, box, source, preprocess),
    }));
  },
} satisfies TaskDefinition<Detect, Detection[]>;

/** [1,N,4] beside [1,N,classes]. @returns classes */
function checkRows({ boxes, scores }: Detect, graph: Graph, shapes: Shapes): number {
  if (boxes === undefined) throw invalid('$.task.boxes', 'expected the name of an output');
  if (scores === undefined) throw invalid('$.task.scores', 'expected the name of an output');
  const boxShape = rowShape(outputShape(graph, shapes, boxes, '$.task.boxes'));
  const scoreShape = rowShape(outputShape(graph, shapes, scores, '$.task.scores'));
  if (boxShape?.[1] !== 4) throw invalid('$.task.boxes', `expected an output [1,N,4], "${boxes}" is not`);
  if (!scoreShape || scoreShape[0] !== boxShape[0] || scoreShape[1] === 0) {
    throw invalid('$.task.scores', `expected an output [1,${boxShape[0]},classes], "${scores}" is not`);
  }
  return scoreShape[1];
}

/** N and what a row has, of [1,N,values] or [N,values]. */
function rowShape(shape: Shape): [number, number] | undefined {
  const isRows = shape.length === 2 || (shape.length === 3 && shape[0] === 1);
  return isRows ? (shape.slice(-2) as [number, number]) : undefined;
}

/** @returns classes */
function checkGrid({ output, anchors }: Grid, graph: Graph, shapes: Shapes): number {
  const path = '$.task.decode.output';
  const shape = outputShape(graph, shapes, output, path);
  const depth = shape[isChannelsFirst(graph, output) ? 1 : 3] ?? 0;
  const classes = depth / anchors.length - 5;
  if (shape.length !== 4 || shape[0] !== 1 || !Number.isInteger(classes) || classes < 1) {
    const expected = `expected an output of ${anchors.length}·(5 + classes) channels for ${anchors.length} anchors`;
    throw invalid(path, `${expected}, "${output}" is ${formatShape(shape)}`);
  }
  return classes;
}

const isChannelsFirst = (graph: Graph, output: string): boolean =>
  outputOf(graph, output, '$.task.decode.output').layout === 'NCHW';

/** Corners in pixels of the input, and scores, [N,4] and [N,classes]. */
interface Candidates {
  readonly boxes: Float64Array;
  readonly scores: Float64Array;
  readonly classes: number;
}

function decodeRows(
  task: Detect,
  outputs: Readonly<Record<string, Tensor>>,
  tensors: ReadonlyMap<string, Tensor>,
  size: Preprocess['size'],
): Candidates {
  const { data } = outputs[task.boxes as string] as Tensor;
  const values = outputs[task.scores as string] as Tensor;
  const classes = values.shape.at(-1) as number;
  const scores = activate(values.data, classes, task.activation);
  const { decode } = task;
  if (decode.kind === 'given') return { boxes: corners(data, decode.order, decode.unit, size), scores, classes };
  if (decode.kind === 'grid') throw new EngineError('invalid-input', 'a grid has no rows');

  const anchors = (tensors.get(decode.anchors) as Tensor).data;
  const [x, y, w, h] = decode.order === 'xywh' ? [0, 1, 2, 3] : [1, 0, 3, 2];
  const [vx, vy, vw, vh] = decode.variances;
  const centred = new Float64Array(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const [width, height] = [anchors[i + 2]!, anchors[i + 3]!];
    centred[i] = anchors[i]! + data[i + x!]! * vx * width;
    centred[i + 1] = anchors[i + 1]! + data[i + y!]! * vy * height;
    centred[i + 2] = width * exp(data[i + w!]! * vw);
    centred[i + 3] = height * exp(data[i + h!]! * vh);
  }
  return { boxes: corners(centred, 'xywh', 'relative', size), scores, classes };
}

/** YOLO's: x = (σ(tx) + column)·stride, w = anchor·e^tw; a score is objectness times the class's. */
function decodeGrid(
  decode: Grid,
  { shape, data }: Tensor,
  isFirst: boolean,
  activation: Detect['activation'],
): Candidates {
  const { anchors, stride } = decode;
  const [rows, columns, depth] = (isFirst ? [shape[2], shape[3], shape[1]] : shape.slice(1)) as [
    number,
    number,
    number,
  ];
  const cells = rows * columns;
  const each = depth / anchors.length;
  const classes = each - 5;
  const logits = new Float64Array(cells * anchors.length * classes);
  const centred = new Float64Array(cells * anchors.length * 4);
  const objectness = new Float64Array(cells * anchors.length);
  for (let cell = 0, n = 0; cell < cells; cell++) {
    for (const [a, [width, height]] of anchors.entries()) {
      const value = (i: number): number => data[isFirst ? (a * each + i) * cells + cell : cell * depth + a * each + i]!;
      centred[4 * n] = (sigmoid(value(0)) + (cell % columns)) * stride;
      centred[4 * n + 1] = (sigmoid(value(1)) + Math.floor(cell / columns)) * stride;
      centred[4 * n + 2] = width * exp(value(2));
      centred[4 * n + 3] = height * exp(value(3));
      objectness[n] = activation === 'given' ? value(4) : sigmoid(value(4));
      for (let c = 0; c < classes; c++) logits[n * classes + c] = value(5 + c);
      n++;
    }
  }
  const scores = activate(logits, classes, activation);
  for (let i = 0; i < scores.length; i++) scores[i]! *= objectness[Math.floor(i / classes)]!;
  return { boxes: corners(centred, 'xywh', 'pixel', [1, 1]), scores, classes };
}

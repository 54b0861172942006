/** Detection: boxes and what is in each, the best ones first. */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import type { Graph, Shapes } from '../graph.ts';
import { formatShape, type Shape, type Tensor } from '../tensor.ts';
import { type Box, inSource } from './boxes.ts';
import { decodeGrid, decodeRows, decodeSchema, type Grid } from './decode.ts';
import { detectTarget } from './detect-target.ts';
import { nmsSchema, suppress } from './nms.ts';
import { checkLabels, invalid, labelOf, outputOf, outputShape } from './outputs.ts';
import type { TaskDefinition } from './task.ts';

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
    const { decode, activation, background } = task;
    const nms = { ...task.nms, max: Math.min(task.nms.max, topK) };
    const least = Math.max(task.nms.score, threshold);
    const wanted = { activation, background, least, perClass: nms.perClass };
    const { boxes, candidates } =
      decode.kind === 'grid'
        ? decodeGrid(decode, outputs[decode.output] as Tensor, isChannelsFirst(graph, decode.output), wanted)
        : decodeRows(
            decode,
            outputs[task.boxes as string] as Tensor,
            outputs[task.scores as string] as Tensor,
            { tensors, size: preprocess.size },
            wanted,
          );
    return suppress(boxes, candidates, nms).map(({ box, label, score }) => ({
      label: labelOf(labels, label),
      score,
      box: inSource(boxes, box, source, preprocess),
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

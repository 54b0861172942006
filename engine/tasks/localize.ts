/** Localization: one box, and what is in it. */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { elementCount, formatShape, type Tensor } from '../tensor.ts';
import { type Box, Corners, inSource, orderSchema, unitSchema } from './boxes.ts';
import { activate, checkLabels, invalid, labelOf, outputShape } from './outputs.ts';
import { classTarget } from './target.ts';
import type { TaskDefinition } from './task.ts';

const schema = v.strictObject({
  kind: v.literal('localize'),
  /** The graph output of four numbers. */
  box: v.string(),
  /** The graph output that has a value per class. */
  scores: v.string(),
  activation: v.optional(v.picklist(['softmax', 'sigmoid', 'given']), 'softmax'),
  order: v.optional(orderSchema, 'xyxy'),
  unit: v.optional(unitSchema, 'relative'),
});

export type Localize = v.InferOutput<typeof schema>;

export interface Localization {
  readonly label: string;
  readonly score: number;
  readonly box: Box;
}

export const localize = {
  schema,
  defaults: { topK: 5, threshold: 0 },

  propose: () => {
    throw new EngineError('invalid-input', 'a task "localize" must say which output is the box: give it as JSON');
  },

  check: (task, graph, shapes, labels) => {
    const box = outputShape(graph, shapes, task.box, '$.task.box');
    if (elementCount(box) !== 4)
      throw invalid('$.task.box', `expected 4 numbers, "${task.box}" is ${formatShape(box)}`);
    const scores = outputShape(graph, shapes, task.scores, '$.task.scores');
    const classes = elementCount(scores);
    if (classes === 0)
      throw invalid('$.task.scores', `expected a value a class, "${task.scores}" is ${formatShape(scores)}`);
    checkLabels(labels, classes);
  },

  extend: (_, graph) => graph,

  explain: ({ scores: output, activation }, outputs, { labels }, choice) => {
    const { data } = outputs[output] as Tensor;
    return classTarget(output, activate(data, data.length, activation), activation === 'given', labels, choice);
  },

  answer: (task, outputs, { labels, source, preprocess }) => {
    const values = (outputs[task.scores] as Tensor).data;
    const scores = activate(values, values.length, task.activation);
    const best = scores.reduce((top, score, i) => (score > scores[top]! ? i : top), 0);
    const corners = new Corners(1, task.order, task.unit, preprocess.size);
    corners.read(0, (outputs[task.box] as Tensor).data);
    const box = inSource(corners.values, 0, source, preprocess);
    return { label: labelOf(labels, best), score: scores[best]!, box };
  },
} satisfies TaskDefinition<Localize, Localization>;

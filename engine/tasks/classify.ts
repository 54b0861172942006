/** Classification: one score a class, the best ones first. */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { type Graph, layerOf, type Reference } from '../graph.ts';
import { elementCount, formatShape, type Tensor } from '../tensor.ts';
import { checkLabels, invalid, labelOf, outputShape } from './outputs.ts';
import { classTarget } from './target.ts';
import type { TaskDefinition } from './task.ts';

const schema = v.strictObject({
  kind: v.literal('classify'),
  /** The graph output that has a value per class. */
  output: v.string(),
  /** What makes scores of it: softmax over the classes, or nothing where the graph does it itself. */
  activation: v.optional(v.picklist(['softmax', 'given']), 'softmax'),
});

export type Classify = v.InferOutput<typeof schema>;

export interface Classification {
  readonly label: string;
  /** 0–1. */
  readonly score: number;
}

/** No node of a file can have this id and be reached by a shorter one: `$` starts none that we write. */
const SCORES = '$scores';
const ROW = '$row';

export const classify = {
  schema,
  defaults: { topK: 5, threshold: 0 },

  propose: (graph) => {
    const [output, ...others] = graph.outputs;
    if (!output || others.length > 0) {
      const names = graph.outputs.map(({ name }) => name).join(', ');
      throw new EngineError(
        'invalid-input',
        `a classifier has one output, this graph has ${names}: a task must say which`,
      );
    }
    return { kind: 'classify', output: output.name, activation: isScores(graph, output.from) ? 'given' : 'softmax' };
  },

  check: (task, graph, shapes, labels) => {
    const path = '$.task.output';
    const shape = outputShape(graph, shapes, task.output, path);
    if (shape.length < 2) {
      throw invalid(path, `expected an output [N,classes], "${task.output}" is ${formatShape(shape)}`);
    }
    checkLabels(labels, elementCount(shape.slice(1)));
  },

  extend: (task, graph) => {
    if (task.activation === 'given') return graph;
    const output = graph.outputs.find(({ name }) => name === task.output) as (typeof graph.outputs)[number];
    // An imported model may end in [N,classes,1,1].
    const row = { id: ROW, kind: 'flatten', inputs: [output.from], attributes: {}, weights: {} } as const;
    const scores = { id: SCORES, kind: 'softmax', inputs: [ROW], attributes: {}, weights: {} } as const;
    const outputs = graph.outputs.map((other) => (other === output ? { ...output, from: SCORES } : other));
    return { ...graph, nodes: [...graph.nodes, row, scores], outputs };
  },

  explain: ({ output, activation }, outputs, { labels }, choice) =>
    classTarget(output, (outputs[output] as Tensor).data, activation === 'given', labels, choice),

  answer: (task, outputs, { labels }, { topK, threshold }) => {
    const scores = (outputs[task.output] as Tensor).data;
    return Array.from(scores, (score, index) => ({ score, index }))
      .sort((a, b) => b.score - a.score || a.index - b.index)
      .slice(0, topK)
      .filter(({ score }) => score >= threshold)
      .map(({ score, index }) => ({ label: labelOf(labels, index), score }));
  },
} satisfies TaskDefinition<Classify, Classification[]>;

/** Whether a layer has made scores already, seen through views of them. */
function isScores(graph: Graph, from: Reference): boolean {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  let node = byId.get(from);
  while (node && layerOf(node).view) node = byId.get(node.inputs[0] as string);
  return node !== undefined && layerOf(node).scores === true;
}

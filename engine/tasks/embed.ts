/** Embedding: an output as it is, one row of numbers a picture. */
import * as v from 'valibot';
import type { Tensor } from '../tensor.ts';
import { onlyOutput, outputOf } from './outputs.ts';
import type { TaskDefinition } from './task.ts';

const schema = v.strictObject({ kind: v.literal('embed'), output: v.string() });

export type Embed = v.InferOutput<typeof schema>;

export interface Embedding {
  readonly embedding: readonly number[];
}

export const embed = {
  schema,
  defaults: { topK: 5, threshold: 0 },
  propose: (graph) => ({ kind: 'embed', output: onlyOutput(graph, 'embed').name }),
  check: (task, graph) => void outputOf(graph, task.output, '$.task.output'),
  extend: (_, graph) => graph,
  answer: (task, outputs) => ({ embedding: Array.from((outputs[task.output] as Tensor).data) }),
} satisfies TaskDefinition<Embed, Embedding>;

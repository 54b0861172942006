/** The model card over HTTP: what a model says about itself, as a pure function of its file (HTTP.md's table of cards). */
import * as v from 'valibot';
import type { TensorEntry } from '../engine/safetensors.ts';
import type { ModelDescription } from './model-description.ts';

const numbers = v.array(v.number());

export const cardSchema = v.object({
  name: v.string(),
  version: v.pipe(v.string(), v.description('The one that answers')),
  versions: v.array(v.string()),
  task: v.optional(
    v.pipe(v.string(), v.description('What predict answers: classify, localize, detect, segment or embed')),
  ),
  input: v.object({
    name: v.string(),
    datatype: v.literal('FP32'),
    shape: v.pipe(numbers, v.description('−1 for any batch')),
    size: v.optional(v.pipe(numbers, v.description('Width and height that pictures are brought to'))),
    mean: v.optional(numbers),
    std: v.optional(numbers),
    scale: v.optional(v.number()),
    channels: v.optional(v.picklist(['RGB', 'BGR', 'gray'])),
  }),
  labels: v.optional(v.array(v.string())),
  layers: v.pipe(v.array(v.string()), v.description('Names of the nodes, in the order in which they run')),
  precision: v.picklist(['f32', 'f16', 'int8']),
  parameters: v.pipe(v.number(), v.description('Weights, biases included')),
  macs: v.pipe(v.number(), v.description('Multiply-adds for one picture')),
  bytes: v.pipe(v.number(), v.description('Bytes of the weights in the file')),
  provenance: v.optional(v.looseObject({})),
});

export type Card = v.InferOutput<typeof cardSchema>;

/** @param described of the version that answers */
export function cardOf(described: ModelDescription): Card {
  const { name, version, versions, header, parameters, macs } = described;
  const { graph, tensors } = header;
  const { task, preprocess, labels, provenance } = header.card;
  const [input] = described.inputs;
  return JSON.parse(
    // Through JSON, so that what a file does not say is not a key.
    JSON.stringify({
      name,
      version,
      versions,
      task: task?.kind,
      input: {
        ...input,
        size: preprocess?.size,
        mean: preprocess?.mean,
        std: preprocess?.std,
        scale: preprocess?.scale,
        channels: preprocess?.channels,
      },
      labels,
      layers: graph.nodes.map((node) => node.id),
      precision: precisionOf(tensors),
      parameters,
      macs,
      bytes: tensors.reduce((sum, { start, end }) => sum + end - start, 0),
      provenance,
    }),
  );
}

/** That of the smallest weights: tensors that gain nothing by it (scales, biases, anchors) stay wider. */
function precisionOf(tensors: readonly TensorEntry[]): Card['precision'] {
  const types = new Set(tensors.map(({ type }) => type));
  if (types.has('I8')) return 'int8';
  return types.has('F16') ? 'f16' : 'f32';
}

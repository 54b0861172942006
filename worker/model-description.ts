/** What a model says about itself: all that can be known from its file's header, without a weight. */
import { describeLayers } from '../engine/describe.ts';
import { inferShapes } from '../engine/graph.ts';
import type { ModelHeader } from '../engine/model-file.ts';
import { byteCount, type Shape } from '../engine/tensor.ts';

/** An input or output as the protocol lists it: −1 for a free dimension. */
export interface TensorDescription {
  readonly name: string;
  readonly datatype: 'FP32';
  readonly shape: Shape;
}

export interface ModelDescription {
  readonly name: string;
  /** The one that answers. */
  readonly version: string;
  readonly versions: readonly string[];
  /** What the file's header holds. */
  readonly header: ModelHeader;
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  /** Weights, biases included, and multiply-adds for one sample. */
  readonly parameters: number;
  readonly macs: number;
  /** Of the whole file, and of its tensors once they are parsed. */
  readonly fileBytes: number;
  readonly parsedBytes: number;
}

/** @param versions in order; the last one is described */
export function describeModel(
  name: string,
  versions: readonly string[],
  header: ModelHeader,
  fileBytes: number,
): ModelDescription {
  const { graph, tensors } = header;
  const [one, two] = [inferShapes(graph, 1), inferShapes(graph, 2)];
  const layers = describeLayers(graph);
  return {
    name,
    version: versions.at(-1) as string,
    versions,
    header,
    inputs: graph.inputs.map(({ name, shape }) => ({ name, datatype: 'FP32', shape })),
    outputs: graph.outputs.map(({ name, from }) => ({
      name,
      datatype: 'FP32',
      shape: one.of(from).map((side, i) => (side === two.of(from)[i] ? side : -1)),
    })),
    parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0),
    macs: layers.reduce((sum, { macs }) => sum + macs, 0),
    fileBytes,
    // Eight bits stay eight bits, everything else becomes f32.
    parsedBytes: tensors.reduce((sum, { type, shape }) => sum + byteCount(shape) / (type === 'I8' ? 4 : 1), 0),
  };
}

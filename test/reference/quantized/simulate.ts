/** A whole graph on levels, node by node in plain integers: what a session of eight bits must give, byte for byte. */
import { type Graph, type GraphNode, inferShapes, layerOf, type Reference, tensorName } from '../../../engine/graph.ts';
import type { Program } from '../../../engine/passes/index.ts';
import type { Tensor } from '../../../engine/tensor.ts';
import { quantizedReferences } from './index.ts';
import { castLevel, type Levels, type QuantizedProblem, reals } from './levels.ts';

type Evaluate = (node: GraphNode, x: Float32Array) => Float32Array;

const isLevels = (value: Levels | Tensor): value is Levels => value.data instanceof Uint8Array;

/**
 * Outputs by name, f32.
 * @param program as it runs, after the passes, all of its layers on levels
 * @param evaluate what an activation's f32 kernel makes of numbers
 */
export function simulate(
  { graph, tensors }: Program,
  inputs: Readonly<Record<string, Tensor>>,
  evaluate: Evaluate,
): Record<string, Tensor> {
  const batch = Object.values(inputs)[0]?.shape[0] as number;
  const shapes = inferShapes(graph, batch);
  const values = new Map<Reference, Levels | Tensor>(Object.entries(inputs));
  const levels = (reference: Reference): Levels => {
    const value = values.get(reference) as Levels | Tensor;
    if (isLevels(value)) return value;
    const quantization = quantizationOf(graph, reference);
    return { shape: value.shape, data: Uint8Array.from(value.data, (v) => castLevel(v, quantization)), quantization };
  };
  for (const node of graph.nodes) {
    const layer = layerOf(node);
    if (layer.view) {
      const source = values.get(node.inputs[0] as Reference) as Levels | Tensor;
      values.set(node.id, { ...source, shape: shapes.of(node.id) });
      continue;
    }
    const filter = tensors.get(tensorName(node, 'filter'));
    const y = graph.quantization?.[node.id];
    const problem: QuantizedProblem = {
      x: node.inputs.map(levels),
      filter: filter?.eightBit && { ...filter.eightBit, shape: filter.shape },
      bias: tensors.get(tensorName(node, 'bias'))?.data,
      a: node.attributes,
      y,
      lo: node.epilogue?.lo ?? Number.NEGATIVE_INFINITY,
      hi: node.epilogue?.hi ?? Number.POSITIVE_INFINITY,
      residual: node.epilogue?.residual === undefined ? undefined : levels(node.epilogue.residual),
      evaluate: (x) => evaluate(node, x),
    };
    const result = quantizedReferences[node.kind]?.(problem);
    if (!result) throw new Error(`${node.id} (${node.kind}) does not run on levels`);
    values.set(node.id, (y ? { ...result, quantization: y } : result) as Levels | Tensor);
  }
  const floats = (reference: Reference): Tensor => {
    const value = values.get(reference) as Levels | Tensor;
    return isLevels(value) ? reals(value) : value;
  };
  return Object.fromEntries(graph.outputs.map(({ name, from }) => [name, floats(from)]));
}

/** Of a value that is f32: its own, or that of the value that it is a view of. */
function quantizationOf(graph: Graph, reference: Reference): Levels['quantization'] {
  const own = graph.quantization?.[reference];
  if (own) return own;
  const node = graph.nodes.find(({ id }) => id === reference);
  if (!node || !layerOf(node).view) throw new Error(`nothing is known of how ${reference} is quantized`);
  return quantizationOf(graph, node.inputs[0] as Reference);
}

/** What there is to say about a graph without running it: layer by layer, and in sum. */
import { type Graph, inferShapes, layerOf, type Shapes, weightsOf } from './graph.ts';
import type { Capabilities } from './kernels.ts';
import { lower } from './lower.ts';
import { makePlan, placeResidents } from './plan.ts';
import { elementCount, type Shape } from './tensor.ts';

export interface LayerDescription {
  readonly id: string;
  readonly kind: string;
  /** Output shape, −1 for a free batch. */
  readonly shape: Shape;
  /** Learned and running weights, biases included. */
  readonly parameters: number;
  /** Multiply-adds for one sample. */
  readonly macs: number;
  /** Bytes of the weights as they are stored. */
  readonly bytes: number;
}

export interface GraphDescription {
  readonly layers: readonly LayerDescription[];
  readonly parameters: number;
  readonly macs: number;
  readonly bytes: number;
  /** Peak of activations and scratch at batch 1, as planned. */
  readonly peakBytes: number;
  /** Layout changes that a run makes. */
  readonly transposes: number;
}

/** What a portable plan is made for where no kernels are at hand. */
const PORTABLE: Capabilities = { relaxed: false, dot8: 0, rowsPerTile: 4 };

/** Of one element of a weight in its file. */
export type ElementBytes = (tensor: string) => number;

/**
 * Describes a graph as it is written, layer by layer; `peakBytes` is of `running`, the graph after the passes.
 * @param elementBytes default: weights are f32
 */
export function describeGraph(
  graph: Graph,
  running: Graph = graph,
  elementBytes: ElementBytes = () => 4,
): GraphDescription {
  const layers = describeLayers(graph, elementBytes);
  const sum = (of: (layer: LayerDescription) => number) => layers.reduce((total, layer) => total + of(layer), 0);
  const lowered = lower(running, { batch: 1, capabilities: PORTABLE });
  const plan = makePlan(lowered, placeResidents([lowered], 0).addresses, 0);
  return {
    layers,
    parameters: sum((layer) => layer.parameters),
    macs: sum((layer) => layer.macs),
    bytes: sum((layer) => layer.bytes),
    peakBytes: plan.arenaBytes,
    transposes: running.nodes.filter((node) => layerOf(node).transposes).length,
  };
}

/** The layers alone, without a plan of how they would run. */
export function describeLayers(graph: Graph, elementBytes: ElementBytes = () => 4): readonly LayerDescription[] {
  const shapes = inferShapes(graph, 1);
  const isFree = graph.inputs.some(({ shape }) => shape[0] === -1);
  const doubled = isFree ? inferShapes(graph, 2) : shapes;
  return graph.nodes.map((node) => describeNode(node, shapes, doubled, elementBytes));
}

/** @param doubled shapes at twice the batch: what grows with it is the batch */
function describeNode(
  node: Graph['nodes'][number],
  shapes: Shapes,
  doubled: Shapes,
  elementBytes: ElementBytes,
): LayerDescription {
  const output = shapes.outputs(node)[0] as Shape;
  const twice = doubled.outputs(node)[0] as Shape;
  const weights = weightsOf(node, shapes).map(({ tensor, shape }) => ({ tensor, count: elementCount(shape) }));
  return {
    id: node.id,
    kind: node.kind,
    shape: output.map((side, axis) => (twice[axis] === side ? side : -1)),
    parameters: weights.reduce((total, { count }) => total + count, 0),
    macs: layerOf(node).macs?.(shapes.inputs(node), output, node.attributes) ?? 0,
    bytes: weights.reduce((total, { tensor, count }) => total + count * elementBytes(tensor), 0),
  };
}

/**
 * A program of f32 → the same with weights of eight bits and a quantization for every value between layers that compute on
 * levels (post-training quantisation; Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference",
 * 2018): weights symmetric, a scale for each output channel; activations with a zero point, by calibration.
 */
import {
  type Graph,
  type GraphNode,
  inferShapes,
  layerOf,
  type Reference,
  referencesOf,
  tensorName,
  weightsOf,
} from '../graph.ts';
import type { KernelSource } from '../kernels.ts';
import { optimizeGraph, optimizeWeights, type Program } from '../passes/index.ts';
import type { Tensor } from '../tensor.ts';
import { leastScale } from './arithmetic.ts';
import { type CalibrationSample, calibrate } from './calibrate.ts';
import type { Method } from './observer.ts';
import { type Quantization, quantizeWeight } from './quantization.ts';

export interface Calibration {
  readonly samples: () => AsyncIterable<CalibrationSample> | Iterable<CalibrationSample>;
  readonly method: Method;
  readonly source: KernelSource;
}

/**
 * Quantizes a program; batch norms are folded into the filters before them.
 * @throws EngineError as `calibrate`
 */
export async function quantize(program: Program, { samples, method, source }: Calibration): Promise<Program> {
  const folded = optimizeWeights(program);
  const values = quantizedValues(folded.graph);
  const observed = values.filter(({ like }) => like === undefined).map(({ value }) => value);
  const calibrated = await calibrate(folded, observed, source, samples, method);
  const quantization: Record<Reference, Quantization> = {};
  for (const { value, like } of values) {
    quantization[value] = (like === undefined ? calibrated.get(value) : quantization[like]) as Quantization;
  }
  const graph: Graph = { ...folded.graph, quantization };
  return { graph, tensors: new Map([...ofNoNode(program), ...withEightBits({ graph, tensors: folded.tensors })]) };
}

/** Tensors that a file has for its task: they stay as they are. */
function ofNoNode({ graph, tensors }: Program): readonly (readonly [string, Tensor])[] {
  const named = new Set(weightNames(graph));
  return [...tensors].filter(([name]) => !named.has(name));
}

function weightNames(graph: Graph): readonly string[] {
  const shapes = inferShapes(graph, 1);
  return graph.nodes.flatMap((node) => weightsOf(node, shapes).map(({ tensor }) => tensor));
}

interface QuantizedValue {
  readonly value: Reference;
  /** The value whose quantization it has, where its layer only picks among levels. */
  readonly like?: Reference;
}

/** Values of the graph as it is written that its running form keeps, and that pass between layers on levels. */
function quantizedValues(graph: Graph): readonly QuantizedValue[] {
  // As one of eight bits: sums are fused only where levels can be.
  const running = optimizeGraph({ ...graph, quantization: {} });
  const original = (id: Reference): Reference => byId.get(id)?.computes ?? id;
  const byId = new Map(running.nodes.map((node) => [node.id, node]));
  const root = (reference: Reference): Reference => {
    const node = byId.get(reference);
    return node && isView(node) ? root(node.inputs[0] as Reference) : reference;
  };
  const isConstant = (reference: Reference): boolean => {
    const node = byId.get(root(reference));
    return node !== undefined && layerOf(node).constant === true;
  };
  const wish = (node: GraphNode) => {
    const { quantized } = layerOf(node);
    // One scale for all of a constant's numbers would lose the small ones.
    if (!quantized || node.inputs.some(isConstant)) return 'never';
    return picks(node) ? 'where read' : (quantized.wants?.(node.attributes) ?? 'always');
  };
  const wanted = new Set<Reference>();
  for (const node of running.nodes.filter((each) => wish(each) === 'always')) {
    for (const reference of referencesOf(node)) wanted.add(root(reference));
    // With a residual there is no f32 behind a sum of products either.
    if (!layerOf(node).quantized?.givesFloats || node.epilogue?.residual !== undefined) wanted.add(node.id);
  }
  const source = (node: GraphNode) => root(node.inputs[0] as Reference);
  for (const node of running.nodes.toReversed()) {
    if (wish(node) !== 'where read' || !wanted.has(node.id)) continue;
    for (const reference of referencesOf(node)) wanted.add(root(reference));
  }
  for (const node of running.nodes) {
    if (picks(node) && wanted.has(source(node))) wanted.add(node.id);
  }
  const inputs = running.inputs.map(({ name }) => name);
  return [...inputs, ...byId.keys()].flatMap((id): QuantizedValue[] => {
    const node = byId.get(id);
    if (!wanted.has(id) || (node && isView(node))) return [];
    return [{ value: original(id), ...(node && picks(node) && { like: original(source(node)) }) }];
  });
}

/** Whether every level of y is one of x. */
const picks = (node: GraphNode): boolean => layerOf(node).quantized?.picksLevels?.(node.attributes) ?? false;

const isView = (node: GraphNode): boolean => {
  const { view, identityAtInference } = layerOf(node);
  return view === true || identityAtInference === true;
};

/** The weights of the graph, filters of layers that compute on levels as eight bits. */
function withEightBits({ graph, tensors }: Program): ReadonlyMap<string, Tensor> {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  /** Of what a node reads; behind views and padding that is merged into it, of what is there. */
  const quantizationOf = (reference: Reference): Quantization | undefined => {
    const behind = byId.get(reference)?.inputs[0];
    return graph.quantization?.[reference] ?? (behind === undefined ? undefined : quantizationOf(behind));
  };
  // Folding leaves tensors behind that no node names any more; a file must not have them.
  const quantized = new Map(weightNames(graph).map((name) => [name, tensors.get(name) as Tensor]));
  for (const node of graph.nodes) {
    const { filterChannelAxes } = layerOf(node).quantized ?? {};
    if (filterChannelAxes === undefined) continue;
    const name = tensorName(node, 'filter');
    const filter = tensors.get(name) as Tensor;
    const x = quantizationOf(node.inputs[0] as Reference);
    const bias = tensors.get(tensorName(node, 'bias'))?.data;
    // A filter of next to nothing, whose bias is all that its channel has, must not lose that.
    const atLeast = (channel: number) => (x && bias ? leastScale(bias[channel] as number, x) : 0);
    quantized.set(name, quantizeWeight(filter, filterChannelAxes, atLeast));
  }
  return quantized;
}

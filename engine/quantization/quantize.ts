/**
 * A program of f32 → the same with weights of eight bits and a quantization for every value between layers that compute on
 * levels (post-training quantisation; Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference",
 * 2018): weights symmetric, a scale for each output channel; activations with a zero point, by calibration.
 */

import { EngineError } from '../errors.ts';
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
import { excerpt } from '../json.ts';
import type { KernelSource } from '../kernels.ts';
import { optimizeGraph, optimizeWeights, type Program } from '../passes/index.ts';
import type { Tensor } from '../tensor.ts';
import { leastScale } from './arithmetic.ts';
import { type CalibrationSample, calibrate } from './calibrate.ts';
import { type ChannelStatistics, channelStatistics } from './channel-statistics.ts';
import { equalize, streamsOf } from './equalize.ts';
import type { Method } from './observer.ts';
import { type Quantization, quantizeWeight } from './quantization.ts';

export interface Calibration {
  readonly samples: () => AsyncIterable<CalibrationSample> | Iterable<CalibrationSample>;
  readonly method: Method;
  readonly source: KernelSource;
  /** Nodes that stay f32, and with them whoever reads the same values. */
  readonly keep?: readonly string[];
}

/**
 * Quantizes a program; batch norms are folded into the filters before them, channels brought to one reach where that is
 * free (equalize.ts), and biases take back what rounding a filter moves its sums by on average.
 * @throws EngineError as `calibrate`, `invalid-input` for a node to keep that is not there
 */
export async function quantize(program: Program, calibration: Calibration): Promise<Program> {
  const { samples, method, source, keep = [] } = calibration;
  const unknown = keep.find((id) => !program.graph.nodes.some((node) => node.id === id));
  if (unknown !== undefined) throw new EngineError('invalid-input', `there is no node ${excerpt(unknown)} to keep`);
  const folded = await equalized(optimizeWeights(program), calibration);
  const values = quantizedValues(folded.graph, new Set(keep));
  const observed = values.filter(({ like }) => like === undefined).map(({ value }) => value);
  const calibrated = await calibrate(folded, observed, source, samples, method);
  const quantization: Record<Reference, Quantization> = {};
  for (const { value, like } of values) {
    quantization[value] = (like === undefined ? calibrated.get(value) : quantization[like]) as Quantization;
  }
  const means = await channelStatistics(folded, filterInputs(folded.graph), source, samples);
  const whole: Graph = { ...folded.graph, quantization };
  const { graph, tensors } = withEightBits({ graph: whole, tensors: folded.tensors }, new Set(keep), means);
  return { graph, tensors: new Map([...ofNoNode(program), ...tensors]) };
}

async function equalized(program: Program, { source, samples }: Calibration): Promise<Program> {
  const streams = streamsOf(program.graph);
  if (streams.length === 0) return program;
  const values = streams.flatMap((stream) => stream.values);
  const statistics = await channelStatistics(program, values, source, samples);
  return equalize(program, streams, statistics);
}

/** What layers with a filter read. */
const filterInputs = (graph: Graph): readonly Reference[] => [
  ...new Set(graph.nodes.filter(hasFilter).map(({ inputs }) => inputs[0] as Reference)),
];

const hasFilter = (node: GraphNode): boolean => layerOf(node).quantized?.filterChannelAxes !== undefined;

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
function quantizedValues(graph: Graph, keep: ReadonlySet<string>): readonly QuantizedValue[] {
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
  for (const node of running.nodes.filter(({ id }) => keep.has(id))) {
    for (const reference of referencesOf(node)) wanted.delete(root(reference));
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
function withEightBits(
  { graph, tensors }: Program,
  keep: ReadonlySet<string>,
  means: ReadonlyMap<Reference, ChannelStatistics>,
): Program {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  /** Of what a node reads; behind views and padding that is merged into it, of what is there. */
  const quantizationOf = (reference: Reference): Quantization | undefined => {
    const behind = byId.get(reference)?.inputs[0];
    return graph.quantization?.[reference] ?? (behind === undefined ? undefined : quantizationOf(behind));
  };
  // Folding leaves tensors behind that no node names any more; a file must not have them.
  const quantized = new Map(weightNames(graph).map((name) => [name, tensors.get(name) as Tensor]));
  const nodes = graph.nodes.map((node): GraphNode => {
    const { filterChannelAxes } = layerOf(node).quantized ?? {};
    if (filterChannelAxes === undefined || keep.has(node.id)) return node;
    const name = tensorName(node, 'filter');
    const filter = tensors.get(name) as Tensor;
    const x = quantizationOf(node.inputs[0] as Reference);
    const bias = tensors.get(tensorName(node, 'bias'))?.data;
    // A filter of next to nothing, whose bias is all that its channel has, must not lose that.
    const atLeast = (channel: number) => (x && bias ? leastScale(bias[channel] as number, x) : 0);
    const rounded = quantizeWeight(filter, filterChannelAxes, atLeast);
    quantized.set(name, rounded);
    const mean = means.get(node.inputs[0] as Reference)?.mean;
    if (!bias || !x || !mean || !hasOwnBias(graph, node)) return node;
    // What rounding adds to the sums where inputs are as on average, padding aside.
    const corrected = meanShift(filter, rounded.data, filterChannelAxes, mean, bias);
    quantized.set(tensorName(node, 'bias'), { shape: [corrected.length], data: corrected });
    return node;
  });
  return { graph: { ...graph, nodes }, tensors: quantized };
}

/** Whether no other node has the same bias. */
const hasOwnBias = (graph: Graph, node: GraphNode): boolean =>
  graph.nodes.filter((other) => tensorName(other, 'bias') === tensorName(node, 'bias')).length === 1;

/**
 * The bias less what a rounded filter's sums are too large by, if every input is its channel's mean.
 * @param axes of the filter that are output channels: with two of them each has one input channel, else the axis before
 *   them counts input channels
 */
function meanShift(
  { shape, data }: Tensor,
  rounded: Float32Array,
  axes: number,
  mean: Float64Array,
  bias: Float32Array,
): Float32Array {
  const shift = new Float64Array(bias.length);
  const last = shape.at(-1) as number;
  // A group of a convolution sees only its part of the channels; all groups together are taken for one another.
  const depth = shape.at(-2) as number;
  if (axes === 1 && depth !== mean.length) return bias;
  for (let i = 0; i < data.length; i++) {
    const input = Math.floor(i / last) % depth;
    const output = axes === 1 ? i % last : i % bias.length;
    shift[output]! += ((rounded[i] as number) - (data[i] as number)) * (mean[input] as number);
  }
  return bias.map((each, channel) => each - (shift[channel] as number));
}

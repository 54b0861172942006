/**
 * Channels of one value that reach differently far share one scale when it becomes levels, and the small ones lose. Where
 * nothing but sums lies between filters, each channel may be divided by a number of its own: the filters before it absorb
 * the division, those behind it the product, and the function stays (cross-layer equalization; Nagel et al., "Data-free
 * quantization through weight equalization and bias correction", 2019).
 */
import { type Graph, type GraphNode, inferShapes, layerOf, type Reference, tensorName } from '../graph.ts';
import type { Tensors } from '../layers/layer.ts';
import type { Program } from '../passes/index.ts';
import { sameShape, type Tensor } from '../tensor.ts';
import type { ChannelStatistics } from './channel-statistics.ts';

/** Values that keep to one scale a channel: what filters give, and sums of such. */
export interface Stream {
  readonly values: readonly Reference[];
  /** Nodes with a filter that give one of the values. */
  readonly producers: readonly GraphNode[];
  /** Nodes with a filter that read one. */
  readonly readers: readonly GraphNode[];
}

/** Channels are not moved further than this apart: a channel that calibration hardly saw may reach far elsewhere. */
const MOST = 64;

/** The streams of a graph whose filters can absorb all scales. */
export function streamsOf(graph: Graph): readonly Stream[] {
  const shapes = inferShapes(graph, 1);
  const isSum = (node: GraphNode): boolean => {
    const [first, second] = node.inputs.map((reference) => shapes.of(reference));
    return (
      layerOf(node).residualAdd === true &&
      !node.epilogue &&
      first !== undefined &&
      second !== undefined &&
      sameShape(first, second)
    );
  };
  const parent = new Map<Reference, Reference>();
  const rootOf = (value: Reference): Reference => {
    const above = parent.get(value) ?? value;
    return above === value ? value : rootOf(above);
  };
  for (const node of graph.nodes) {
    if (isSum(node)) for (const input of node.inputs) parent.set(rootOf(input), rootOf(node.id));
  }
  const values = new Map<Reference, Reference[]>();
  for (const { id } of graph.nodes) values.set(rootOf(id), [...(values.get(rootOf(id)) ?? []), id]);

  const given = new Set([...graph.outputs.map(({ from }) => from), ...graph.inputs.map(({ name }) => name)]);
  return [...values.entries()].flatMap(([root, members]): Stream[] => {
    const isIn = (reference: Reference): boolean => rootOf(reference) === root;
    const producers = graph.nodes.filter((node) => isIn(node.id) && !isSum(node));
    const readers = graph.nodes.filter((node) => node.inputs.some(isIn) && !isSum(node));
    const isWhole =
      !given.has(root) &&
      !members.some((member) => given.has(member)) &&
      readers.length > 0 &&
      producers.every((node) => layerOf(node).foldAffine && !node.epilogue) &&
      readers.every((node) => layerOf(node).foldInputScale && node.inputs.length === 1);
    return isWhole ? [{ values: members, producers, readers }] : [];
  });
}

/**
 * The program with the channels of its streams brought to one reach.
 * @param statistics of every value of a stream
 */
export function equalize(
  program: Program,
  streams: readonly Stream[],
  statistics: ReadonlyMap<Reference, Pick<ChannelStatistics, 'reach'>>,
): Program {
  return streams.reduce((current, stream) => equalizeStream(current, stream, scalesOf(stream, statistics)), program);
}

/** What each channel is divided by: its part of the largest reach. */
function scalesOf({ values }: Stream, statistics: Parameters<typeof equalize>[2]): Float32Array {
  const all = values.map((value) => statistics.get(value)?.reach as Float32Array);
  const largest = (all[0] as Float32Array).map((_, channel) => Math.max(...all.map((each) => each[channel] as number)));
  const top = Math.max(...largest);
  return largest.map((each) => (top > 0 ? Math.max(each / top, 1 / MOST) : 1));
}

function equalizeStream({ graph, tensors }: Program, { producers, readers }: Stream, scales: Float32Array): Program {
  const changed = new Map(tensors);
  const inverse = scales.map((scale) => 1 / scale);
  const isProducer = new Set(producers.map(({ id }) => id));
  const isReader = new Set(readers.map(({ id }) => id));
  const rewrite = (node: GraphNode, weights: Tensors, attributes: unknown): GraphNode => {
    const names = Object.entries(weights).map(([role, tensor]): [string, string] => {
      // Another node may share the tensor of the old name.
      const name = `${tensorName(node, role).replace(/ =$/, '')} =`;
      changed.set(name, tensor);
      return [role, name];
    });
    return { ...node, attributes, weights: Object.fromEntries(names) };
  };
  const weightsOf = (node: GraphNode): Tensors =>
    Object.fromEntries(
      ['filter', 'bias'].flatMap((role): [string, Tensor][] => {
        const tensor = changed.get(tensorName(node, role));
        return tensor ? [[role, tensor]] : [];
      }),
    );
  const nodes = graph.nodes.map((node) => {
    let current = node;
    const layer = layerOf(node);
    if (isProducer.has(node.id)) {
      const affine = { scale: inverse, shift: new Float32Array(scales.length) };
      const folded = layer.foldAffine?.(weightsOf(current), current.attributes, affine);
      if (folded) current = rewrite(current, folded.weights, folded.attributes);
    }
    if (isReader.has(node.id)) {
      const folded = layer.foldInputScale?.(weightsOf(current), current.attributes, scales);
      if (folded) current = rewrite(current, folded, current.attributes);
    }
    return current;
  });
  return { graph: { ...graph, nodes }, tensors: changed };
}

/**
 * Parts of a graph: what leads to some values, and what lies between a value and another. A value in the middle of a network
 * is had from the first without the weights behind it, and differentiated by the second without those in front of it.
 */
import {
  type Graph,
  type GraphInput,
  type GraphNode,
  inferShapes,
  layerOf,
  type Reference,
  referencesOf,
  type Shapes,
  splitReference,
} from './graph.ts';

/** Ids of nodes and names of inputs, by which references are told apart. */
const idsOf = (graph: Graph): ReadonlySet<string> =>
  new Set([...graph.inputs.map(({ name }) => name), ...graph.nodes.map(({ id }) => id)]);

/** The nodes that some values are computed by, and the values as outputs of their own names: nothing is fused across them. */
export function headOf(graph: Graph, references: readonly Reference[]): Graph {
  const ids = idsOf(graph);
  const needed = new Set(references.map((reference) => splitReference(reference, ids)[0]));
  const nodes = graph.nodes.toReversed().filter((node) => {
    if (!needed.has(node.id)) return false;
    for (const reference of referencesOf(node)) needed.add(splitReference(reference, ids)[0]);
    return true;
  });
  return { ...graph, nodes: nodes.toReversed(), outputs: references.map((from) => ({ name: from, from })) };
}

/**
 * The nodes by which a value depends on a layer. Inputs are the layer's own value, first, and all else that those nodes
 * read; one output, `to`. No quantization: it is to be differentiated.
 * @returns undefined where the value does not depend on the layer
 */
export function tailOf(graph: Graph, layer: string, to: Reference): Graph | undefined {
  const ids = idsOf(graph);
  const idOf = (reference: Reference): string => splitReference(reference, ids)[0];
  const isLayer = (reference: Reference): boolean => {
    const [id, output] = splitReference(reference, ids);
    return id === layer && output === 0;
  };
  const dependent = new Set<string>();
  for (const node of graph.nodes) {
    if (referencesOf(node).some((reference) => isLayer(reference) || dependent.has(idOf(reference)))) {
      dependent.add(node.id);
    }
  }
  if (!isLayer(to) && !dependent.has(idOf(to))) return undefined;

  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const isConstant = (id: string): boolean => layerOf(byId.get(id) as GraphNode).constant === true;
  const needed = new Set(isLayer(to) ? [] : [idOf(to)]);
  const outside = new Set<Reference>();
  for (const node of graph.nodes.toReversed()) {
    if (!needed.has(node.id)) continue;
    for (const reference of referencesOf(node)) {
      const id = idOf(reference);
      if (isLayer(reference)) continue;
      if (dependent.has(id) || (byId.has(id) && isConstant(id))) needed.add(id);
      else outside.add(reference);
    }
  }
  const shapes = inferShapes(graph, 1);
  const input = (name: Reference): GraphInput => ({ name, shape: shapes.of(name), datatype: 'FP32' });
  return {
    inputs: [layer, ...outside].map(input),
    nodes: graph.nodes.filter(({ id }) => needed.has(id)),
    outputs: [{ name: to, from: to }],
  };
}

/** Some elements of a value, by their places in its memory. */
export interface Elements {
  readonly reference: Reference;
  readonly indices: readonly number[];
}

/**
 * Where numbers come from that layers have only moved: out of a concatenation they come from one of its branches, and all
 * others have nothing to do with them.
 * @param throughScores whether what makes scores of numbers, element by element, is gone through as well
 */
export function traced(graph: Graph, shapes: Shapes, elements: Elements, throughScores: boolean): Elements {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const step = ({ reference, indices }: Elements): Elements | undefined => {
    const node = byId.get(reference);
    if (!node) return undefined;
    const { view, identityAtInference, scores, source } = layerOf(node);
    if (view || identityAtInference || (throughScores && scores))
      return { reference: node.inputs[0] as Reference, indices };
    if (!source) return undefined;
    const sources = indices.map((index) => source(shapes.inputs(node), node.attributes, index));
    const input = sources[0]?.input as number;
    if (!sources.every((other) => other.input === input)) return undefined;
    return { reference: node.inputs[input] as Reference, indices: sources.map(({ index }) => index) };
  };
  let current = elements;
  for (let next = step(current); next; next = step(current)) current = next;
  return current;
}

/** What a pass rewrites: a graph with the weights that it names. Passes are pure: the program given stays as it was. */
import { type Graph, type GraphNode, type Reference, referencesOf } from '../graph.ts';
import type { Tensor } from '../tensor.ts';

export interface Program {
  readonly graph: Graph;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

export interface Pass {
  /** Says what it does: `fold batch norm`. */
  readonly name: string;
  readonly run: (program: Program) => Program;
}

/** How often each value is read, by nodes and as an output of the graph. */
export function countUses(graph: Graph): ReadonlyMap<Reference, number> {
  const uses = new Map<Reference, number>();
  const use = (reference: Reference) => uses.set(reference, (uses.get(reference) ?? 0) + 1);
  for (const node of graph.nodes) referencesOf(node).forEach(use);
  for (const output of graph.outputs) use(output.from);
  return uses;
}

/** The node behind a value that nobody else reads: what may be merged with its only reader. */
export function soleProducer(graph: Graph): (reference: Reference) => GraphNode | undefined {
  const uses = countUses(graph);
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  return (reference) => (uses.get(reference) === 1 ? byId.get(reference) : undefined);
}

/** Lets every reader of `from` read `to` instead. */
export function redirect(graph: Graph, from: Reference, to: Reference): Graph {
  const swap = (reference: Reference) => (reference === from ? to : reference);
  const nodes = graph.nodes.map((node) => {
    if (!referencesOf(node).includes(from)) return node;
    const { epilogue } = node;
    const inputs = node.inputs.map(swap);
    if (epilogue?.residual === undefined) return { ...node, inputs };
    return { ...node, inputs, epilogue: { ...epilogue, residual: swap(epilogue.residual) } };
  });
  return { ...graph, nodes, outputs: graph.outputs.map((output) => ({ ...output, from: swap(output.from) })) };
}

/**
 * Merges a node into its producer: `merged` (with the producer's id) takes the absorbed node's place in the order, so
 * that whatever else it reads is there, and the absorbed node's readers read it.
 */
export function absorb(graph: Graph, merged: GraphNode, absorbed: GraphNode): Graph {
  const nodes = graph.nodes.filter((node) => node.id !== merged.id).map((node) => (node === absorbed ? merged : node));
  return redirect({ ...graph, nodes }, absorbed.id, merged.id);
}

/** Applies a local rewrite to one node after the other, until no node offers one. */
export function rewriteNodes(
  program: Program,
  rewrite: (program: Program, node: GraphNode) => Program | undefined,
): Program {
  let current = program;
  for (const { id } of program.graph.nodes) {
    const node = current.graph.nodes.find((candidate) => candidate.id === id);
    if (node) current = rewrite(current, node) ?? current;
  }
  return current;
}

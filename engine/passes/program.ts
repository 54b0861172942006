/** What a pass rewrites: a graph with the weights that it names. Passes are pure: the program given stays as it was. */
import { type Graph, type GraphNode, type Reference, referencesOf, tensorName } from '../graph.ts';
import type { Tensors } from '../layers/layer.ts';
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

/** A copy of a program under the knife: who reads what is kept up to date, so that no step walks over the graph. */
export class Rewriting {
  readonly tensors: Map<string, Tensor>;
  private readonly inputs: Graph['inputs'];
  private outputs: Graph['outputs'];
  /** By reference, of a graph of eight bits. */
  quantization: Graph['quantization'];
  /** In running order; a node that is gone leaves a hole. */
  private readonly order: (string | undefined)[];
  private readonly places: Map<string, number>;
  private readonly nodes: Map<string, GraphNode>;
  private readonly readers = new Map<Reference, Set<string>>();
  /** Reads by nodes and as outputs of the graph. */
  private readonly uses = new Map<Reference, number>();

  constructor({ graph, tensors }: Program) {
    this.tensors = new Map(tensors);
    this.inputs = graph.inputs;
    this.outputs = graph.outputs;
    this.quantization = graph.quantization;
    this.order = graph.nodes.map(({ id }) => id);
    this.places = new Map(graph.nodes.map(({ id }, place) => [id, place]));
    this.nodes = new Map();
    for (const node of graph.nodes) this.add(node);
    for (const { from } of graph.outputs) this.count(from, 1);
  }

  node(id: string): GraphNode | undefined {
    return this.nodes.get(id);
  }

  /**
   * The node behind a value that nobody else reads: what may be merged with its only reader. A value that is quantized is
   * more than its producer's sum, and stays.
   */
  soleProducer(reference: Reference): GraphNode | undefined {
    const isFree = this.uses.get(reference) === 1 && !this.quantization?.[reference];
    return isFree ? this.nodes.get(reference) : undefined;
  }

  /**
   * Merges a node into its producer: `merged` (with the producer's id) takes the absorbed node's place in the order, so
   * that whatever else it reads is there, and the absorbed node's readers read it.
   */
  absorb(merged: GraphNode, absorbed: GraphNode): void {
    const place = this.places.get(absorbed.id) as number;
    this.remove(merged.id);
    this.remove(absorbed.id);
    this.order[place] = merged.id;
    this.places.set(merged.id, place);
    this.add({ ...merged, computes: absorbed.computes ?? absorbed.id });
    this.redirect(absorbed.id, merged.id);
    const value = this.quantization?.[absorbed.id];
    if (value) this.quantization = { ...this.quantization, [merged.id]: value };
  }

  /** Puts a node in place of the one with its id; a producer that it no longer reads goes, if nobody else does. */
  replace(node: GraphNode, formerProducer: GraphNode): void {
    const place = this.places.get(node.id) as number;
    this.remove(node.id);
    this.order[place] = node.id;
    this.places.set(node.id, place);
    this.add(node);
    if (!this.uses.get(formerProducer.id)) this.remove(formerProducer.id);
  }

  get program(): Program {
    const nodes = this.order.flatMap((id) => (id === undefined ? [] : (this.nodes.get(id) as GraphNode)));
    const { inputs, outputs, quantization } = this;
    return { graph: { inputs, nodes, outputs, ...(quantization && { quantization }) }, tensors: this.tensors };
  }

  /** Lets every reader of `from` read `to` instead. */
  private redirect(from: Reference, to: Reference): void {
    const swap = (reference: Reference) => (reference === from ? to : reference);
    for (const id of [...(this.readers.get(from) ?? [])]) {
      const node = this.nodes.get(id) as GraphNode;
      const { epilogue } = node;
      this.forget(node);
      this.add({
        ...node,
        inputs: node.inputs.map(swap),
        ...(epilogue?.residual !== undefined && { epilogue: { ...epilogue, residual: swap(epilogue.residual) } }),
      });
    }
    this.outputs = this.outputs.map((output) => {
      if (output.from !== from) return output;
      this.count(from, -1);
      this.count(to, 1);
      return { ...output, from: to };
    });
  }

  private add(node: GraphNode): void {
    this.nodes.set(node.id, node);
    for (const reference of referencesOf(node)) {
      this.count(reference, 1);
      const readers = this.readers.get(reference);
      if (readers) readers.add(node.id);
      else this.readers.set(reference, new Set([node.id]));
    }
  }

  private forget(node: GraphNode): void {
    for (const reference of referencesOf(node)) {
      this.count(reference, -1);
      this.readers.get(reference)?.delete(node.id);
    }
    this.nodes.delete(node.id);
  }

  private remove(id: string): void {
    this.forget(this.nodes.get(id) as GraphNode);
    this.order[this.places.get(id) as number] = undefined;
    this.places.delete(id);
  }

  private count(reference: Reference, change: number): void {
    this.uses.set(reference, (this.uses.get(reference) ?? 0) + change);
  }
}

/** Offers every node, in the order at the start, to a local rewrite. */
export function rewriteNodes(program: Program, rewrite: (edit: Rewriting, node: GraphNode) => void): Program {
  const edit = new Rewriting(program);
  for (const { id } of program.graph.nodes) {
    const node = edit.node(id);
    if (node) rewrite(edit, node);
  }
  return edit.program;
}

/** A node's weights as its layer's folding takes them. */
export function weightsByRole({ tensors }: Pick<Program, 'tensors'>, node: GraphNode): Tensors {
  const roles = ['filter', 'bias', 'scale', 'shift', 'mean', 'variance'];
  const found = roles.flatMap((role): [string, Tensor][] => {
    const tensor = tensors.get(tensorName(node, role));
    return tensor ? [[role, tensor]] : [];
  });
  return Object.fromEntries(found);
}

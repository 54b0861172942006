/**
 * Rounded values become levels between layers: a `fakeQuantize` node goes where the value before it can be said to be
 * quantized, since nobody reads it but through that node. Where one stays, its own value is quantized.
 */
import * as v from 'valibot';
import type { GraphDocument, Reference } from '../../graph.ts';
import { findLayer } from '../../layers/index.ts';
import type { Layer } from '../../layers/layer.ts';
import type { Quantization } from '../../quantization/quantization.ts';

type NodeDocument = GraphDocument['nodes'][number];

const layerOf = ({ kind }: NodeDocument): Layer => findLayer(kind) as Layer;

function picksLevels(node: NodeDocument): boolean {
  const { attributes, quantized } = layerOf(node);
  return quantized?.picksLevels?.(v.parse(attributes, node.attributes)) ?? false;
}

const isSame = (a: Quantization, b: Quantization): boolean => a.scale === b.scale && a.zeroPoint === b.zeroPoint;

/** The same function with `quantization` in place of nodes. */
export const withQuantization = (document: GraphDocument): GraphDocument =>
  document.nodes.some(({ kind }) => kind === 'fakeQuantize') ? new QuantizedValues(document).document() : document;

class QuantizedValues {
  private readonly source: GraphDocument;
  private readonly byId: ReadonlyMap<Reference, NodeDocument>;
  private readonly readers = new Map<Reference, NodeDocument[]>();
  private readonly outputs: ReadonlySet<Reference>;
  private readonly quantization = new Map<Reference, Quantization>();
  /** What stands for a node that is gone. */
  private readonly standIns = new Map<Reference, Reference>();
  /** Nodes that are gone, and whose readers are quantized in their place. */
  private readonly passedOn = new Map<Reference, Quantization>();

  constructor(source: GraphDocument) {
    this.source = source;
    this.byId = new Map(source.nodes.map((node) => [node.id, node]));
    this.outputs = new Set(source.outputs.map(({ from }) => from));
    for (const node of source.nodes) {
      for (const input of node.inputs) {
        const known = this.readers.get(input);
        if (known) known.push(node);
        else this.readers.set(input, [node]);
      }
    }
  }

  document(): GraphDocument {
    const nodes = this.source.nodes.flatMap((node) => {
      const moved = { ...node, inputs: node.inputs.map((input) => this.current(input)) };
      if (node.kind === 'fakeQuantize' && this.takeAway(moved)) return [];
      if (layerOf(node).transposes || picksLevels(node)) this.passThrough(node);
      return [moved];
    });
    const outputs = this.source.outputs.map((output) => ({ ...output, from: this.current(output.from) }));
    return { ...this.source, nodes, outputs, quantization: Object.fromEntries(this.quantization) };
  }

  private current(reference: Reference): Reference {
    return this.standIns.get(reference) ?? reference;
  }

  /** @returns whether the node is gone; `node` with inputs as they are by now */
  private takeAway({ id, inputs, attributes }: NodeDocument): boolean {
    const input = inputs[0] as Reference;
    const wanted = attributes as unknown as Quantization;
    const root = this.root(input);
    const known = this.quantization.get(root);
    // An input that is an output, too, is given back as it came.
    const isGivenBack = this.outputs.has(id) && !this.byId.has(input);
    const isKnown = known !== undefined && isSame(known, wanted);
    if (isGivenBack || (!isKnown && !this.giveAway(id, input, root, wanted))) {
      this.quantization.set(id, wanted);
      return false;
    }
    this.standIns.set(id, input);
    return true;
  }

  /** Lets the value before the node, or those behind it, be quantized instead. */
  private giveAway(id: Reference, input: Reference, root: Reference, wanted: Quantization): boolean {
    const isFree = !this.quantization.has(root) && this.isReadOnce(input);
    const producer = this.byId.get(root);
    const isOnLevels = producer !== undefined && layerOf(producer).quantized !== undefined;
    const isOutput = this.outputs.has(id);
    if (!(isFree && isOnLevels) && !isOutput && this.isOnlyTransposed(id)) {
      // Once behind the transpose instead of before and behind it.
      this.passedOn.set(id, wanted);
      return true;
    }
    if (!isFree) return false;
    this.quantization.set(root, wanted);
    return true;
  }

  /** What is transposed or picked stays quantized as it was. */
  private passThrough({ id, inputs }: NodeDocument): void {
    const [input = ''] = inputs;
    const known = this.passedOn.get(input) ?? this.quantization.get(this.root(this.current(input)));
    if (known) this.quantization.set(id, known);
  }

  private isOnlyTransposed(id: Reference): boolean {
    const readers = this.readers.get(id) ?? [];
    return readers.length > 0 && readers.every((reader) => layerOf(reader).transposes);
  }

  /** Whether nobody else reads a value, or what it is a view of. */
  private isReadOnce(reference: Reference): boolean {
    const isAlone = (this.readers.get(reference)?.length ?? 0) === 1 && !this.outputs.has(reference);
    const node = this.byId.get(reference);
    return isAlone && (!node || !isView(node) || this.isReadOnce(node.inputs[0] as Reference));
  }

  private root(reference: Reference): Reference {
    const node = this.byId.get(reference);
    return node && isView(node) ? this.root(this.current(node.inputs[0] as Reference)) : reference;
  }
}

const isView = (node: NodeDocument): boolean => {
  const { view, identityAtInference } = layerOf(node);
  return view === true || identityAtInference === true;
};

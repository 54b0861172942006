/** What an architecture is: from an input shape and a number of classes to a graph that ends in logits, or in `scores` and `box`. */
import type { GraphDocument } from '../graph.ts';
import type { LayerKind } from '../layers/index.ts';

export interface ArchitectureOptions {
  /** Height, width, channels. */
  readonly input: readonly [number, number, number];
  readonly classes: number;
}

export interface Architecture {
  readonly summary: string;
  /** What it was made for: `--size` and `--channels` choose otherwise. */
  readonly size: readonly [width: number, height: number];
  readonly channels: 'gray' | 'RGB';
  build(options: ArchitectureOptions): GraphDocument;
}

type Nodes = GraphDocument['nodes'];

/** Collects nodes, each reading the one before unless told otherwise. */
export class Builder {
  private readonly nodes: Nodes[number][] = [];
  last = 'image';

  /** Adds a node and returns its id. */
  add(
    id: string,
    kind: LayerKind,
    attributes: Record<string, unknown> = {},
    inputs: readonly string[] = [this.last],
  ): string {
    this.nodes.push({ id, kind, inputs: [...inputs], attributes });
    this.last = id;
    return id;
  }

  /** The document; without other outputs, the last node is the logits. */
  finish(
    { input }: ArchitectureOptions,
    outputs: GraphDocument['outputs'] = [{ name: 'logits', from: this.last, layout: 'NC' }],
  ): GraphDocument {
    return {
      inputs: [{ name: 'image', shape: [-1, ...input], layout: 'NHWC', datatype: 'FP32' }],
      nodes: this.nodes,
      outputs,
    };
  }
}

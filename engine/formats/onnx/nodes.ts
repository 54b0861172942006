/** Nodes of the graph under construction: how many there may be, and which are needed. */
import { EngineError } from '../../errors.ts';
import { type GraphDocument, graphLimits, type Reference } from '../../graph.ts';
import type { LayerKind } from '../../layers/index.ts';
import type { Layer } from '../../layers/layer.ts';

type NodeDocument = GraphDocument['nodes'][number];

/** @throws EngineError where a node cannot have so many inputs, or a model no further node */
export function checkCounts(kind: LayerKind, layer: Layer, inputs: number, nodes: number): void {
  const { min, max } = layer.inputs ?? { min: 1, max: 1 };
  if (inputs < min || inputs > max) {
    const expected = min === max ? `${min}` : `${min} to ${max}`;
    throw new EngineError('invalid-model', `${kind} takes ${expected} inputs, got ${inputs}`);
  }
  if (nodes >= graphLimits.nodes) {
    throw new EngineError('limit-exceeded', `the model needs more than ${graphLimits.nodes} nodes`);
  }
}

/** Of nodes that stand behind what they read: those that these outputs depend on. */
export function neededNodes(nodes: readonly NodeDocument[], outputs: readonly Reference[]): readonly NodeDocument[] {
  const needed = new Set(outputs);
  const kept: NodeDocument[] = [];
  for (const node of nodes.toReversed()) {
    if (!needed.has(node.id)) continue;
    kept.push(node);
    for (const input of node.inputs) needed.add(input);
  }
  return kept.reverse();
}

/** The engine's own LeNet (engine/architectures/lenet.ts): 225,034 weights, 2.6 M multiply-adds. */
import { lenet as architecture } from '../../../engine/architectures/lenet.ts';
import { buildGraph } from '../../../engine/graph.ts';
import type { Model } from '../../../engine/model-file.ts';
import { seededWeights } from './network-builder.ts';

export function lenet(): Model {
  const graph = buildGraph(architecture.build({ input: [28, 28, 1], classes: 10 }));
  return { card: { name: 'lenet' } as Model['card'], graph, tensors: seededWeights(graph) };
}

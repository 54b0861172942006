/** conv → batch norm becomes conv: the affine map per channel is folded into the filter and the bias before it. */

import type { GraphNode } from '../graph.ts';
import { layerOf } from '../graph.ts';
import { type Pass, type Rewriting, rewriteNodes, weightsByRole } from './program.ts';

export const foldBatchNorm: Pass = {
  name: 'fold batch norm',
  run: (program) => rewriteNodes(program, foldInto),
};

function foldInto(edit: Rewriting, node: GraphNode): void {
  const layer = layerOf(node);
  const producer = layer.affine && edit.soleProducer(node.inputs[0] as string);
  const foldAffine = producer && layerOf(producer).foldAffine;
  if (!layer.affine || !foldAffine || producer.epilogue) return;
  const affine = layer.affine(weightsByRole(edit, node), node.attributes);
  const { weights, attributes } = foldAffine(weightsByRole(edit, producer), producer.attributes, affine);
  // Folded tensors get names of their own: another node may share the unfolded ones.
  const names: Record<string, string> = {};
  for (const [role, tensor] of Object.entries(weights)) {
    const name = `${producer.id}.${role} × ${node.id}`;
    names[role] = name;
    edit.tensors.set(name, tensor);
  }
  edit.absorb({ ...producer, attributes, weights: names }, node);
}

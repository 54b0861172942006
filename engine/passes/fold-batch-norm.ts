/** conv → batch norm becomes conv: the affine map per channel is folded into the filter and the bias before it. */

import type { GraphNode } from '../graph.ts';
import { layerOf, tensorName } from '../graph.ts';
import type { Tensors } from '../layers/layer.ts';
import type { Tensor } from '../tensor.ts';
import { absorb, type Pass, type Program, rewriteNodes, soleProducer } from './program.ts';

export const foldBatchNorm: Pass = {
  name: 'fold batch norm',
  run: (program) => rewriteNodes(program, foldInto),
};

function foldInto(program: Program, node: GraphNode): Program | undefined {
  const layer = layerOf(node);
  const producer = soleProducer(program.graph)(node.inputs[0] as string);
  const foldAffine = producer && layerOf(producer).foldAffine;
  if (!layer.affine || !foldAffine || producer.epilogue) return undefined;
  const affine = layer.affine(weightsByRole(program, node), node.attributes);
  const { weights, attributes } = foldAffine(weightsByRole(program, producer), producer.attributes, affine);
  // Folded tensors get names of their own: another node may share the unfolded ones.
  const tensors = new Map(program.tensors);
  const names: Record<string, string> = {};
  for (const [role, tensor] of Object.entries(weights)) {
    const name = `${producer.id}.${role} × ${node.id}`;
    names[role] = name;
    tensors.set(name, tensor);
  }
  return { graph: absorb(program.graph, { ...producer, attributes, weights: names }, node), tensors };
}

function weightsByRole({ tensors }: Program, node: GraphNode): Tensors {
  const roles = ['filter', 'bias', 'scale', 'shift', 'mean', 'variance'];
  const found = roles.flatMap((role): [string, Tensor][] => {
    const tensor = tensors.get(tensorName(node, role));
    return tensor ? [[role, tensor]] : [];
  });
  return Object.fromEntries(found);
}

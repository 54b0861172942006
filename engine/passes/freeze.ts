/**
 * A network as it is at inference, in layers that training computes no other way: what stands still can be differentiated.
 * Dropout goes, and a batch norm that was not folded into what is before it becomes a factor and a number added per channel.
 */
import { type GraphNode, layerOf, type Reference } from '../graph.ts';
import type { Affine } from '../layers/layer.ts';
import type { Tensor } from '../tensor.ts';
import { type Pass, weightsByRole } from './program.ts';

export const freeze: Pass = {
  name: 'freeze',
  run: ({ graph, tensors }) => {
    const all = new Map(tensors);
    /** What is read instead of a node that is gone. */
    const instead = new Map<Reference, Reference>();
    const read = (reference: Reference): Reference => instead.get(reference) ?? reference;
    const nodes = graph.nodes.flatMap((written): readonly GraphNode[] => {
      const node = { ...written, inputs: written.inputs.map(read) };
      const layer = layerOf(node);
      if (layer.identityAtInference) {
        instead.set(node.id, node.inputs[0] as Reference);
        return [];
      }
      if (!layer.forwardTraining || !layer.affine) return [node];
      return asAffine(node, layer.affine(weightsByRole({ tensors }, node), node.attributes), all);
    });
    const outputs = graph.outputs.map((output) => ({ ...output, from: read(output.from) }));
    return { graph: { ...graph, nodes, outputs }, tensors: all };
  },
};

/** The node as two; their weights are put beside the others. The second has the node's id and value. */
function asAffine(node: GraphNode, { scale, shift }: Affine, tensors: Map<string, Tensor>): readonly GraphNode[] {
  const { id, inputs } = node;
  const names = { scale: `${id} factor`, shift: `${id} shift` };
  tensors.set(names.scale, { shape: [scale.length], data: scale });
  tensors.set(names.shift, { shape: [shift.length], data: shift });
  const scaled = `${id} scaled`;
  return [
    { id: scaled, kind: 'scale', inputs, attributes: {}, weights: { scale: names.scale } },
    { id, kind: 'bias', inputs: [scaled], attributes: {}, weights: { bias: names.shift } },
  ];
}

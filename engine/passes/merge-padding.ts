/** pad → conv becomes conv with a larger padding: zeros that a convolution can think need not be written. */
import { type GraphNode, layerOf } from '../graph.ts';
import { type Pass, type Rewriting, rewriteNodes } from './program.ts';

export const mergePadding: Pass = {
  name: 'merge padding',
  run: (program) => rewriteNodes(program, merge),
};

function merge(edit: Rewriting, node: GraphNode): void {
  const { widenPadding } = layerOf(node);
  const producer = widenPadding && edit.soleProducer(node.inputs[0] as string);
  const sides = producer && layerOf(producer).zeroPadding?.(producer.attributes);
  if (!sides || producer.epilogue) return;
  const attributes = widenPadding(node.attributes, sides);
  if (!attributes) return;
  edit.replace({ ...node, attributes, inputs: producer.inputs }, producer);
}

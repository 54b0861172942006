/** conv → add becomes conv with a residual: the sum is made while the products are still in registers. */
import { type GraphNode, layerOf } from '../graph.ts';
import { absorb, type Pass, type Program, rewriteNodes, soleProducer } from './program.ts';

export const fuseResidualAdd: Pass = {
  name: 'fuse residual add',
  run: (program) => rewriteNodes(program, fuse),
};

function fuse({ graph, tensors }: Program, node: GraphNode): Program | undefined {
  if (!layerOf(node).residualAdd || node.epilogue) return undefined;
  const producerOf = soleProducer(graph);
  const [first, second] = node.inputs as [string, string];
  for (const [reference, residual] of [[second, first] as const, [first, second] as const]) {
    const producer = producerOf(reference);
    if (!producer || producer.epilogue || !layerOf(producer).epilogue?.residual) continue;
    const epilogue = { lo: -Infinity, hi: Infinity, residual };
    return { graph: absorb(graph, { ...producer, epilogue }, node), tensors };
  }
  return undefined;
}

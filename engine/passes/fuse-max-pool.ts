/** conv → relu → max-pool becomes one node, in training: its gradient is sparse, and only together can it be used. */
import { type GraphNode, layerOf } from '../graph.ts';
import { type Pass, type Rewriting, rewriteNodes } from './program.ts';

/** After the clamps are fused: what a maximum is taken of has to be its producer's last word. */
export const fuseMaxPool: Pass = {
  name: 'fuse max pool',
  run: (program) => rewriteNodes(program, fuse),
};

function fuse(edit: Rewriting, node: GraphNode): void {
  const isHalving = layerOf(node).halvingMaxPool?.(node.attributes);
  const producer = isHalving && edit.soleProducer(node.inputs[0] as string);
  if (!producer || !layerOf(producer).epilogue?.maxPool?.(producer.attributes)) return;
  if (producer.epilogue?.maxPool || producer.epilogue?.residual !== undefined) return;
  const { lo, hi } = { lo: -Infinity, hi: Infinity, ...producer.epilogue };
  edit.absorb({ ...producer, epilogue: { lo, hi, maxPool: true } }, node);
}

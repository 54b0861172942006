/** conv → relu becomes conv with a clamp: whatever is nothing but a clamp goes into its producer's epilogue. */
import { type GraphNode, layerOf } from '../graph.ts';
import { type Pass, type Rewriting, rewriteNodes } from './program.ts';

export const fuseActivation: Pass = {
  name: 'fuse activation',
  run: (program) => rewriteNodes(program, fuse),
};

function fuse(edit: Rewriting, node: GraphNode): void {
  const clamp = layerOf(node).clamp?.(node.attributes);
  const producer = clamp && edit.soleProducer(node.inputs[0] as string);
  if (!producer || !layerOf(producer).epilogue?.clamp) return;
  const before = producer.epilogue;
  const [lo, hi] = clamp;
  // clamp(clamp(y, a, b), lo, hi) is one clamp with both ends moved inside [lo, hi].
  const inside = (limit: number) => Math.min(Math.max(limit, lo), hi);
  const epilogue = { ...before, lo: inside(before?.lo ?? -Infinity), hi: inside(before?.hi ?? Infinity) };
  edit.absorb({ ...producer, epilogue }, node);
}

/** conv → relu becomes conv with a clamp: whatever is nothing but a clamp goes into its producer's epilogue. */
import { type GraphNode, layerOf } from '../graph.ts';
import type { Layer } from '../layers/layer.ts';
import { type Pass, type Rewriting, rewriteNodes } from './program.ts';

type TakesClamp = (layer: Layer) => boolean;

const fuseWhere = (name: string, takesClamp: TakesClamp): Pass => ({
  name,
  run: (program) => rewriteNodes(program, (edit, node) => fuse(edit, node, takesClamp)),
});

export const fuseActivation = fuseWhere('fuse activation', ({ epilogue }) => epilogue?.clamp === true);

/** For training: only where the producer's gradient does not need what was before the clamp. */
export const fuseTrainedActivation = fuseWhere(
  'fuse trained activation',
  ({ epilogue }) => epilogue?.clampInTraining === true,
);

function fuse(edit: Rewriting, node: GraphNode, takesClamp: TakesClamp): void {
  const clamp = layerOf(node).clamp?.(node.attributes);
  const producer = clamp && edit.soleProducer(node.inputs[0] as string);
  if (!producer || !takesClamp(layerOf(producer))) return;
  const before = producer.epilogue;
  const [lo, hi] = clamp;
  // clamp(clamp(y, a, b), lo, hi) is one clamp with both ends moved inside [lo, hi].
  const inside = (limit: number) => Math.min(Math.max(limit, lo), hi);
  const epilogue = { ...before, lo: inside(before?.lo ?? -Infinity), hi: inside(before?.hi ?? Infinity) };
  edit.absorb({ ...producer, epilogue }, node);
}

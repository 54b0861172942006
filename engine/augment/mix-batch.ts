/** The part of a pipeline that mixes the pictures of a batch, and their labels with them. */
import type { Batch, Originals } from './batch.ts';
import { drawOptions, isApplied } from './draw-node.ts';
import { augmentationOf } from './operations/index.ts';
import type { Pipeline } from './pipeline.ts';
import { nodeRandom, pictureRandom } from './stream.ts';

/**
 * Mixes a batch in place.
 * @param index number of the batch in its epoch, on which the mixture depends, with seed and epoch
 * @param copy room for `Originals`, at least as long as the batch's arrays
 */
export function mixBatch(
  pipeline: Pipeline,
  batch: Batch,
  seed: number,
  epoch: number,
  index: number,
  copy: Originals,
): void {
  if (pipeline.batch.length === 0) return;
  const random = pictureRandom(seed, epoch, index);
  for (const node of pipeline.batch) {
    const own = nodeRandom(random, node.name);
    if (!isApplied(node, own)) continue;
    const params = drawOptions(node, own, batch);
    copy.pixels.set(batch.pixels);
    copy.targets.set(batch.targets);
    augmentationOf(node.type).mix?.(params, batch, copy, own);
  }
}

/**
 * A run of every augmentation that works on one picture, as digests: for Node, workerd and a browser, which all have to
 * come to those of test/fixtures/augment-digests.json (made by augment-digests.ts beside it).
 */
import { rgbKey } from '../../engine/augment/augmentation.ts';
import { augmentationOf, augmentationTypes } from '../../engine/augment/operations/index.ts';
import type { Pixels } from '../../engine/augment/studio.ts';
import type { ImageKernels } from '../../engine/image/kernels.ts';
import { AugmentRunner, everySample, pipelineOf, testPicture } from './augment.ts';
import { type Digests, digest } from './digest.ts';

function digestOf({ width, height, data }: Pixels): string {
  return `${width}x${height} ${digest(data)}`;
}

/** One node of every operation, each with its default options: all that is drawn, and every table, is in the result. */
const everything = pipelineOf({
  type: 'compose',
  children: augmentationTypes
    .filter((type) => !augmentationOf(type).only)
    .map((type) => ({ ...(augmentationOf(type).samples[0] as object), id: type, type })),
});

export function augmentDigests(kernels: ImageKernels): Digests {
  const runner = new AugmentRunner(kernels);
  const digests: Record<string, string> = {};
  for (const { type, sample, node } of everySample()) {
    if (augmentationOf(type).only) continue;
    const channels = rgbKey(augmentationOf(type), node) === undefined ? [3, 1] : [3];
    for (const count of channels) {
      for (const pixels of ['u8', 'f32'] as const) {
        const picture = testPicture(61, 47, count, pixels);
        digests[`${type} ${sample} ${count} ${pixels}`] = digestOf(
          runner.run(pipelineOf(node), picture, { seed: 3 }).image,
        );
      }
    }
  }
  digests.everything = digestOf(runner.run(everything, testPicture(224, 160, 3), { seed: 3 }).image);
  return digests;
}

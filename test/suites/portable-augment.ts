/**
 * A run of every augmentation that works on one picture, as digests: for Node, workerd and a browser, which all have to
 * come to those of test/fixtures/augment-digests.json (made by augment-digests.ts beside it).
 */
import { rgbKey } from '../../engine/augment/augmentation.ts';
import { augmentationOf, augmentationTypes } from '../../engine/augment/operations/index.ts';
import type { Pixels } from '../../engine/augment/studio.ts';
import type { ImageKernels } from '../../engine/image/kernels.ts';
import { AugmentRunner, everySample, pipelineOf, testPicture } from './augment.ts';

/** What was run → digest of the bytes that came out. */
export type Digests = Readonly<Record<string, string>>;

/** FNV-1a over the bytes, twice from different starts. */
function digest({ width, height, data }: Pixels): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const hash = (start: number) => bytes.reduce((h, byte) => Math.imul(h ^ byte, 0x01000193), start) >>> 0;
  return `${width}x${height} ${hash(0x811c9dc5).toString(16)}-${hash(0x12345678).toString(16)}`;
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
        digests[`${type} ${sample} ${count} ${pixels}`] = digest(
          runner.run(pipelineOf(node), picture, { seed: 3 }).image,
        );
      }
    }
  }
  digests.everything = digest(runner.run(everything, testPicture(224, 160, 3), { seed: 3 }).image);
  return digests;
}

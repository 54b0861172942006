/** What the tests of augmentations share: pictures, and runs of one node. */
import { type Augmented, Augmenter, type AugmentInput } from '../../engine/augment/augmenter.ts';
import { type AugmentationType, augmentationOf, augmentationTypes } from '../../engine/augment/operations/index.ts';
import { compilePipeline } from '../../engine/augment/pipeline.ts';
import { resolvedDocument } from '../../engine/augment/resolve.ts';
import type { Pixels, PixelType } from '../../engine/augment/studio.ts';
import type { ImageKernels } from '../../engine/image/kernels.ts';
import { Random } from '../../engine/random.ts';

/** A picture of blots and noise: smooth parts, edges and every level. */
export function testPicture(width: number, height: number, channels: number, type: PixelType = 'u8', seed = 1): Pixels {
  const random = new Random(seed, width, height, channels);
  const length = width * height * channels;
  const values = Array.from({ length }, (_, i) => {
    const pixel = Math.floor(i / channels);
    const x = pixel % width;
    const y = Math.floor(pixel / width);
    const blot = ((x >> 3) + (y >> 2) + (i % channels)) % 3 === 0 ? 200 : 40;
    return random.float() < 0.1 ? random.below(256) : Math.min(Math.floor(blot + 20 * random.float()), 255);
  });
  return { width, height, channels, data: type === 'u8' ? Uint8Array.from(values) : Float32Array.from(values) };
}

/** Every augmentation with each of its samples, as a table for `describe.each`. */
export function everySample(): { type: AugmentationType; sample: string; node: Record<string, unknown> }[] {
  return augmentationTypes.flatMap((type) =>
    augmentationOf(type).samples.map((sample) => ({ type, sample: JSON.stringify(sample), node: { type, ...sample } })),
  );
}

export const pipelineOf = (node: unknown, rest: Readonly<Record<string, unknown>> = {}) => ({
  format: 'aug/1',
  ...rest,
  pipeline: node,
});

/** Compiles and runs one document on one picture. */
export class AugmentRunner {
  readonly augmenter: Augmenter;

  constructor(kernels: ImageKernels, fuse = false) {
    this.augmenter = new Augmenter(kernels, { fuse });
  }

  run(
    document: unknown,
    image: Pixels,
    input: Partial<AugmentInput> = {},
  ): Augmented & { resolved: Record<string, unknown> } {
    const kind = { channels: image.channels, type: image.data instanceof Float32Array ? 'f32' : 'u8' } as const;
    const pipeline = compilePipeline(document, kind);
    const result = this.augmenter.run(pipeline, image, { sample: 0, ...input });
    return { ...result, resolved: resolvedDocument(pipeline, result.steps) };
  }
}

/** Laws that every augmentation keeps, on every sample of the registry. */
import { describe, expect, test } from 'vitest';
import { rgbKey } from '../../../engine/augment/augmentation.ts';
import { augmentationOf } from '../../../engine/augment/operations/index.ts';
import { stepRandom } from '../../../engine/augment/resolve.ts';
import type { Pixels } from '../../../engine/augment/studio.ts';
import { augmentReferences } from '../../reference/augment/index.ts';
import type { AugmentReference } from '../../reference/augment/reference.ts';
import { AugmentRunner, everySample, pipelineOf, testPicture } from '../../suites/augment.ts';
import { testImageKernels } from '../image/load.ts';

const runner = new AugmentRunner(testImageKernels());
/** What runs outside of training; the rest is tested with training. */
const samples = everySample().filter(({ type }) => !augmentationOf(type).only);
const sizes = [
  [37, 23],
  [64, 48],
  [1, 1],
  [1, 9],
  [7, 2],
] as const;

const channelsOf = ({ type, node }: (typeof samples)[number]) =>
  rgbKey(augmentationOf(type), node) === undefined ? [1, 3, 4, 5] : [3, 4];

/** Results against the exact values: rounding of a value that lies within `bound` of a half may go either way. */
function faults(found: Pixels, exact: { readonly data: Float64Array }, { bound, rounding }: AugmentReference): number {
  const isFloat = found.data instanceof Float32Array;
  const nearest = (value: number) => {
    const half = rounding === 'halfEven' && value - Math.floor(value) === 0.5 && Math.floor(value) % 2 === 0;
    return Math.min(Math.max(half ? Math.floor(value) : Math.floor(value + 0.5), 0), 255);
  };
  let count = 0;
  found.data.forEach((value, i) => {
    const target = exact.data[i] as number;
    const low = isFloat ? target - bound : nearest(target - bound);
    const high = isFloat ? target + bound : nearest(target + bound);
    if (!(value >= low && value <= high)) count++;
  });
  return count;
}

describe.each(samples)('$type $sample', ({ type, sample, node }) => {
  const pictures = channelsOf({ type, sample, node }).flatMap((channels) =>
    sizes.flatMap(([width, height]) => [
      testPicture(width, height, channels, 'u8'),
      testPicture(width, height, channels, 'f32'),
    ]),
  );

  const reference: AugmentReference | string = augmentReferences[type];
  if (typeof reference !== 'string') {
    test('agrees with the naive loop', () => {
      for (const picture of pictures) {
        const { image, steps } = runner.run(pipelineOf(node), picture);
        const exact = reference.run(
          {
            ...picture,
            data: Float64Array.from(picture.data),
            type: picture.data instanceof Float32Array ? 'f32' : 'u8',
          },
          steps[0]?.params as never,
          augmentationOf(type),
          steps[0] && stepRandom(steps[0])?.kernelKey(),
        );
        expect([image.width, image.height, image.channels]).toEqual([exact.width, exact.height, exact.channels]);
        const wrong = faults(image, exact, reference);
        expect(wrong, `${picture.width}×${picture.height}×${picture.channels}`).toBeLessThanOrEqual(
          Math.ceil((reference.share ?? 0) * exact.data.length),
        );
      }
    });
  }

  test('the same bytes again, and from the resolved pipeline under any seed and variant', () => {
    for (const picture of pictures) {
      const first = runner.run(pipelineOf(node), picture, { seed: 7, epoch: 3, sample: 11 });
      expect(runner.run(pipelineOf(node), picture, { seed: 7, epoch: 3, sample: 11 })).toEqual(first);
      const document = JSON.parse(JSON.stringify(first.resolved));
      const replayed = runner.run(document, picture, { seed: 99, epoch: 0, sample: 5 });
      expect(replayed.image).toEqual(first.image);
      expect(replayed.resolved).toEqual(document);
    }
  });

  test('keeps channels and type, every value a number', () => {
    for (const picture of pictures) {
      const { image } = runner.run(pipelineOf(node), picture);
      expect(image.channels).toBe(picture.channels);
      expect(image.data.constructor).toBe(picture.data.constructor);
      expect(image.data.every((value) => Number.isFinite(value))).toBe(true);
    }
  });
});

/** Random trees of operations, defaults and samples alike, on pictures of any size: laws of the whole, and never a trap. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { augmentationOf, augmentationTypes } from '../../../engine/augment/operations/index.ts';
import { EngineError } from '../../../engine/errors.ts';
import { AugmentRunner, pipelineOf, testPicture } from '../../suites/augment.ts';
import { testImageKernels } from '../image/load.ts';

const runner = new AugmentRunner(testImageKernels());
const types = augmentationTypes.filter((type) => !augmentationOf(type).only);

const leaf = fc
  .constantFrom(...types)
  .chain((type) => fc.constantFrom({}, ...augmentationOf(type).samples).map((sample) => ({ ...sample, type })));
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }).map((children) => ({ type: 'compose', children })),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((children) => ({ type: 'oneOf', children })),
    fc.array(tie('tree'), { maxLength: 4 }).map((children) => ({ type: 'someOf', order: 'random', children })),
  ),
}));

const side = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(1, 2, 3) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 50 }) },
);
const scene = fc.record({
  node: tree,
  width: side,
  height: side,
  channels: fc.constantFrom(1, 3, 4, 5),
  type: fc.constantFrom('u8' as const, 'f32' as const),
  sample: fc.nat(1000),
});

test('replayed from its resolved form, labels and mask too; values are numbers; or a sentence', () => {
  let made = 0;
  fc.assert(
    fc.property(scene, ({ node, width, height, channels, type, sample }) => {
      const picture = testPicture(width, height, channels, type);
      const mask = testPicture(width, height, 1);
      const labels = { boxes: [[0, 0, width, height]], keypoints: [[width / 2, height / 2]] };
      try {
        const first = runner.run(pipelineOf(node), picture, { sample, mask, labels });
        const document = JSON.parse(JSON.stringify(first.resolved));
        const again = runner.run(document, picture, { sample: sample + 1, seed: 8, epoch: 2, mask, labels });
        expect(again.image).toEqual(first.image);
        expect(again.mask).toEqual(first.mask);
        expect(again.labels).toEqual(first.labels);
        expect(again.resolved).toEqual(document);
        expect(first.image.data.every((value) => Number.isFinite(value))).toBe(true);
        expect(first.labels?.keypoints?.flat().every((value) => Number.isFinite(value))).toBe(true);
        made++;
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        expect(['invalid-pipeline', 'limit-exceeded']).toContain(error.code);
      }
    }),
    { numRuns: process.env.BORDE_LONG ? 5000 : 300 },
  );
  expect(made).toBeGreaterThan(100);
});

/** Values on their own: the kernels' shortcuts give what a loop over levels gives. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pixels } from '../../../engine/augment/studio.ts';
import { AugmentRunner, pipelineOf, testPicture } from '../../suites/augment.ts';
import { testImageKernels } from '../image/load.ts';

const runner = new AugmentRunner(testImageKernels());
const ramp: Pixels = { width: 256, height: 1, channels: 1, data: Uint8Array.from({ length: 256 }, (_, i) => i) };
const results = (node: unknown, image = ramp, alpha = false) =>
  runner.run(pipelineOf(node), image, { alpha }).image.data;
const level = (value: number) => Math.min(Math.max(Math.floor(value + 0.5), 0), 255);

describe('lines', () => {
  const factor = fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true }));

  test('are rounded as the definition says, at every level', () => {
    // multiply alone adds nothing, add alone multiplies by 1; together they are one line.
    const add = fc.oneof(
      fc.constant(0),
      fc.integer({ min: -255, max: 255 }),
      fc.double({ min: -255, max: 255, noNaN: true }),
    );
    fc.assert(
      fc.property(factor, add, (multiply, add) => {
        const expected = Uint8Array.from({ length: 256 }, (_, i) => level(i * multiply + add));
        expect(results({ type: 'brightness', multiply, add })).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('that meet halves exactly round them up', () => {
    for (const multiply of [0.5, 1.5, 1.25, 0.125, 2.5, 7.5]) {
      const expected = Uint8Array.from({ length: 256 }, (_, i) => level(i * multiply));
      expect(results({ type: 'brightness', multiply })).toEqual(expected);
    }
  });

  test('about a centre leave it where it is', () => {
    fc.assert(
      fc.property(factor, fc.integer({ min: 0, max: 255 }), (linear, center) => {
        expect(results({ type: 'contrast', linear, center })[center]).toBe(center);
      }),
    );
  });
});

test('gamma is right at every level, for any exponent', () => {
  const exponent = fc.oneof(
    fc.double({ min: 0.3, max: 3, noNaN: true }),
    fc.double({ min: 1e-6, max: 100, noNaN: true }),
  );
  fc.assert(
    fc.property(exponent, (gamma) => {
      const found = results({ type: 'gamma', gamma });
      // Only a value within 1e-9 of a half may go either way: both powers are off by 1e-13 or so.
      const wrong = found.findIndex((value, i) => {
        const exact = 255 * (i / 255) ** gamma;
        return value !== level(exact - 1e-9) && value !== level(exact + 1e-9);
      });
      expect(wrong, 'a level').toBe(-1);
    }),
    { numRuns: 300 },
  );
});

describe('one after the other', () => {
  const nodes = [
    { type: 'brightness', multiply: 1.4 },
    { type: 'gamma', gamma: 0.7 },
    { type: 'contrast', sigmoid: 4 },
    { type: 'invert' },
    { type: 'solarize', threshold: 90 },
    { type: 'posterize', bits: 4 },
  ];

  test.each(['u8', 'f32'] as const)('tables of %s pictures are what they are apart', (type) => {
    const image = testPicture(23, 17, 3, type);
    for (const first of nodes) {
      for (const second of nodes) {
        const apart = results(second, { ...image, data: results(first, image) });
        expect(results({ type: 'compose', children: [first, second] }, image)).toEqual(apart);
      }
    }
  });

  test.each(['u8', 'f32'] as const)('a channel of transparency stays, the rest of %s is as without one', (type) => {
    const image = testPicture(23, 17, 4, type);
    for (const node of [...nodes, { type: 'gaussianNoise', std: 30 }, { type: 'equalize' }, { type: 'cutout' }]) {
      const kept = results(node, image, true);
      const plain = results(node, image);
      const mixed = plain.map((value, i) => (i % 4 === 3 ? (image.data[i] as number) : value));
      expect(kept).toEqual(mixed);
    }
  });
});

test('a threshold of 0 inverts everything, one of 256 nothing', () => {
  const image = testPicture(9, 9, 3);
  expect(results({ type: 'invert' }, image)).toEqual(image.data.map((value) => 255 - value));
  expect(results({ type: 'solarize', threshold: 256 }, image)).toEqual(image.data);
});

test('what excludes each other, or is no order or point, is refused with its path', () => {
  const compile = (node: object) => () => results(node, testPicture(4, 4, 3));
  expect(compile({ type: 'contrast', linear: 1.2, sigmoid: 5 })).toThrow('$.pipeline.sigmoid');
  expect(compile({ type: 'channelShuffle', order: [0, 0, 1] })).toThrow('$.pipeline.order');
  expect(compile({ type: 'cutout', centres: [[1, 2, 3]] })).toThrow('$.pipeline.centres');
  expect(compile({ type: 'gamma', gamma: 0 })).toThrow('$.pipeline.gamma');
  expect(compile({ type: 'hueSaturation', hue: 400 })).toThrow('$.pipeline.hue');
  expect(() => results({ type: 'grayscale' }, testPicture(4, 4, 1))).toThrow('needs pictures of 3 channels');
});

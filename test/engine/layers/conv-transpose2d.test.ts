/** Transposed convolution by hand: a stamp that every pixel leaves behind. */
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../engine/errors.ts';
import { type ConvTranspose2dAttributes, convTranspose2d } from '../../../engine/layers/conv-transpose2d.ts';
import type { Shape } from '../../../engine/tensor.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { parseAttributes } from '../../suites/parse-attributes.ts';
import { LayerRunner } from '../../suites/run-layer.ts';

const attributesOf = (raw: object) => parseAttributes(convTranspose2d, raw) as ConvTranspose2dAttributes;

describe.each(trainingBuilds)('convTranspose2d, $label', ({ source }) => {
  const runner = new LayerRunner(source);

  /** A line of pixels under a line of taps, one channel. */
  const stamp = (pixels: readonly number[], taps: readonly number[], raw: object = {}): number[] => [
    ...runner.forward({
      kind: 'convTranspose2d',
      attributes: attributesOf({ filters: 1, size: [1, taps.length], bias: false, ...raw }),
      x: [{ shape: [1, 1, pixels.length, 1], data: Float32Array.from(pixels) }],
      w: { filter: { shape: [1, taps.length, 1, 1], data: Float32Array.from(taps) } },
    }).data,
  ];

  test('stamps add up where they overlap, and are not turned over', () => {
    expect(stamp([1, 10], [1, 2, 3])).toEqual([1, 12, 23, 30]);
  });

  test('the stride moves them apart, padding cuts off, outputPadding adds at the end', () => {
    const stride = [1, 2];
    expect(stamp([1, 10], [1, 2, 3], { stride })).toEqual([1, 2, 13, 20, 30]);
    expect(stamp([1, 10], [1, 2, 3], { stride, padding: [0, 0, 1, 1] })).toEqual([2, 13, 20]);
    expect(stamp([1, 10], [1, 2, 3], { stride, padding: [0, 0, 1, 1], outputPadding: [0, 1] })).toEqual([
      2, 13, 20, 30,
    ]);
    expect(stamp([1, 10], [1], { stride, outputPadding: [0, 1] })).toEqual([1, 0, 10, 0]);
  });

  test('same: as many as the stride says, the odd one cut off at the end or at the beginning', () => {
    const stride = [1, 2];
    expect(stamp([1, 10], [1, 2, 3], { stride, padding: 'same' })).toEqual([1, 2, 13, 20]);
    expect(stamp([1, 10], [1, 2, 3], { stride, padding: 'sameLower' })).toEqual([2, 13, 20, 30]);
  });
});

describe('convTranspose2d', () => {
  const shape = (raw: object, x: Shape) => convTranspose2d.inferShape([x], attributesOf(raw));

  test('shapes', () => {
    const x = [1, 7, 7, 64];
    expect(shape({ filters: 32, size: 2, stride: 2 }, x)).toEqual([1, 14, 14, 32]);
    expect(shape({ filters: 32, size: 4, stride: 2, padding: 1 }, x)).toEqual([1, 14, 14, 32]);
    expect(shape({ filters: 32, size: 3, stride: 2, padding: 1, outputPadding: 1 }, x)).toEqual([1, 14, 14, 32]);
    expect(shape({ filters: 32, size: 5, stride: 3, padding: 'same' }, x)).toEqual([1, 21, 21, 32]);
  });

  test('weights, multiply-adds; with a stride only a part of the taps meets in an output', () => {
    const raw = { filters: 8, size: 4, stride: 2, groups: 2 };
    expect(convTranspose2d.weights?.([[1, 5, 5, 6]], attributesOf(raw))).toEqual({
      filter: { shape: [4, 4, 6, 4], initializer: { heUniform: { fanIn: 12 } }, decay: true },
      bias: { shape: [8], initializer: 'zeros' },
    });
    expect(convTranspose2d.macs?.([[1, 5, 5, 6]], [1, 12, 12, 8], attributesOf(raw))).toBe(25 * 6 * 16 * 4);
  });

  test.each([
    [{ filters: 4, size: 3, padding: 2 }, [1, 1, 9, 1], /padding \[2,2,2,2\] leaves nothing of the output/],
    [{ filters: 4, size: 3 }, [1, 784], /expected an input \[N,H,W,C\], got \[1,784\]/],
    [{ filters: 4, size: 1, groups: 2 }, [1, 4, 4, 3], /2 groups do not divide 3 input channels and 4 filters/],
  ])('%j on %j is refused', (raw, x, message) => {
    expect(() => shape(raw, x)).toThrow(message);
    expect(() => shape(raw, x)).toThrow(EngineError);
  });
});

/** A convolution with a clamp and a maximum behind it, as training runs it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPooled } from '../../suites/check-pooled.ts';
import { layerCase } from '../../suites/layer-cases.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { LayerRunner } from '../../suites/run-layer.ts';

const relu = [0, Number.POSITIVE_INFINITY] as const;
const none = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

describe.each(trainingBuilds)('conv2d with a maximum behind it, $label', ({ source }) => {
  const runner = new LayerRunner(source);
  const conv = (input: readonly number[], raw: object, seed = 1) => layerCase('conv2d', [input], raw, seed);

  test.each([
    [[2, 8, 8, 1], { filters: 8, size: 3 }, relu], // a row of the filter in one vector, two channels at a time
    [[1, 7, 6, 1], { filters: 5, size: 3, bias: false }, none], // odd rows out, an odd channel, a column tail
    [[2, 9, 10, 16], { filters: 12, size: 3 }, relu], // tiles of twelve vectors, four vectors of dx
    [[3, 6, 7, 5], { filters: 17, size: 3, padding: 1 }, relu], // zeros around, tails of channels on both sides
    [[1, 8, 9, 3], { filters: 4, size: [3, 2], padding: [0, 1, 1, 0] }, [-0.5, 0.5] as const],
    [[2, 5, 8, 20], { filters: 3, size: [3, 5], padding: 'same' }, relu],
    [[5, 30, 30, 8], { filters: 2, size: 3 }, relu], // blocks of images
    [[1, 6, 6, 4], { filters: 33, size: 3, padding: [2, 1, 1, 2] }, relu], // zeros on both sides of a window
  ])('%j, %j between %j', (input, raw, limits) => {
    checkPooled(runner, conv(input, raw), limits, 10);
  });

  test('at shapes that nobody chose', () => {
    const problems = fc.record({
      n: fc.integer({ min: 1, max: 3 }),
      h: fc.integer({ min: 4, max: 9 }),
      w: fc.integer({ min: 4, max: 9 }),
      channels: fc.integer({ min: 1, max: 18 }),
      filters: fc.integer({ min: 1, max: 19 }),
      columns: fc.integer({ min: 1, max: 3 }),
      padding: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
      rowsPerTile: fc.integer({ min: 4, max: 6 }),
    });
    fc.assert(
      fc.property(problems, ({ n, h, w, channels, filters, columns, padding, rowsPerTile }) => {
        const c = conv([n, h, w, channels], { filters, size: [3, columns], padding });
        checkPooled(runner, c, relu, 6, { rowsPerTile });
      }),
      { numRuns: 12, seed: 11 },
    );
  });

  test('of equal values the first has the gradient, a NaN wins over any number', () => {
    const x = Float32Array.of(7, 7, 1, Number.NaN, 7, 7, 5, 3, 2, 8, Number.NaN, 4, 8, 8, 6, 9);
    const [y, routes] = [new Float32Array(4), new Float32Array(1)];
    runner.call('maxPool2dRouted', x, 1, 4, 4, 1, y, routes);
    expect([...y]).toEqual([7, Number.NaN, 8, Number.NaN]);
    const [first, , third] = new Uint8Array(routes.buffer);
    expect([first, third]).toEqual([0, 1]);
  });

  test('is offered in one where there is no padding', () => {
    const names = (raw: object) =>
      runner.trainingAlgorithms(conv([1, 8, 8, 4], { filters: 4, size: 3, ...raw }), {
        epilogue: { lo: 0, hi: Number.POSITIVE_INFINITY, maxPool: true },
      }).forward;
    const behind = ['winograd, maximum', 'im2col, maximum', 'winograd5, maximum'];
    expect(names({})).toEqual(['pooled', ...behind]);
    expect(names({ padding: 1 })).toEqual(behind);
  });
});

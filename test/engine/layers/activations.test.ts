/** Activations by hand: corners, NaN and large numbers. */
import { describe, expect, test } from 'vitest';
import type { LayerKind } from '../../../engine/layers/index.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { type LayerCase, LayerRunner } from '../../suites/run-layer.ts';

const of = (kind: LayerKind, data: readonly number[]): LayerCase => ({
  kind,
  attributes: {},
  x: [{ shape: [1, data.length], data: Float32Array.from(data) }],
  w: {},
});

describe.each(trainingBuilds)('activations, $label', ({ source }) => {
  const runner = new LayerRunner(source);
  const forward = (c: LayerCase) => [...runner.forward(c).data];
  const dx = (c: LayerCase) => [
    ...runner.backward(
      c,
      Float32Array.from(c.x[0]!.data, (_, i) => i + 1),
    ).dx[0]!.data,
  ];
  const { POSITIVE_INFINITY: inf, NaN: nan } = Number;

  test('relu', () => {
    const c = of('relu', [-1, 0, 2, -inf, inf, nan, 1e-45]);
    expect(forward(c)).toEqual([0, 0, 2, 0, inf, nan, Math.fround(1e-45)]);
    // At 0 the gradient is 0; a NaN does not stop it, so that it is seen at the other end as well.
    expect(dx(of('relu', [-1, 0, 2, 3, nan]))).toEqual([0, 0, 3, 4, 5]);
  });

  test('relu6', () => {
    expect(forward(of('relu6', [-1, 3, 6, 7, inf, nan]))).toEqual([0, 3, 6, 6, 6, nan]);
    expect(dx(of('relu6', [0, 3, 6, 7, 5.5, nan]))).toEqual([0, 2, 0, 0, 5, 6]);
  });

  test('softmax is not moved by a constant, however large', () => {
    const small = forward(of('softmax', [1, 2, 3, 4, 5]));
    expect(forward(of('softmax', [1001, 1002, 1003, 1004, 1005]))).toEqual(small);
    expect(forward(of('softmax', [-1e30, 0, 1e30]))).toEqual([0, 0, 1]);
    expect(forward(of('softmax', [3]))).toEqual([1]);
  });

  test('softmax is NaN where a NaN or an infinity is among its inputs', () => {
    for (const bad of [nan, inf]) {
      for (const place of [0, 3, 4, 6]) {
        const x = [1, 2, 3, 4, 5, 6, 7].with(place, bad);
        expect(forward(of('softmax', x)).some(Number.isNaN)).toBe(true);
      }
    }
  });
});

/** Batch norm: what it does to the numbers, and what it hands over to the running statistics. */
import { describe, expect, test } from 'vitest';
import { batchStatistics } from '../../reference/batch-norm2d.ts';
import { toTensor64 } from '../../reference/tensor64.ts';
import { layerCase } from '../../suites/layer-cases.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { U } from '../../suites/rounding.ts';
import { LayerRunner } from '../../suites/run-layer.ts';
import { seededData } from '../../suites/seeded.ts';

describe.each(trainingBuilds)('batchNorm2d, $label', ({ source }) => {
  const runner = new LayerRunner(source);

  test('hands over mean and unbiased variance of its shard', () => {
    const c = layerCase('batchNorm2d', [[3, 5, 4, 7]], {}, 1);
    const { dw } = runner.backward(c, seededData(3 * 5 * 4 * 7, 2));
    const rows = 3 * 5 * 4;
    const exact = batchStatistics(toTensor64(c.x[0]!));
    // Values are up to 2: sums of `rows` terms, four side by side; a variance has squares of up to 16.
    const chain = (rows / 4 + 5) * U;
    exact.mean.forEach((mean, channel) => {
      expect(Math.abs(dw.mean!.data[channel]! - mean)).toBeLessThanOrEqual(2 * chain);
      const variance = (exact.variance[channel]! * rows) / (rows - 1);
      expect(Math.abs(dw.variance!.data[channel]! - variance)).toBeLessThanOrEqual(16 * 2 * chain);
    });
  });

  test('a large mean does not swallow a small variance', () => {
    const data = Float32Array.from({ length: 64 }, (_, i) => 4096 + (i % 2)); // 4096 and 4097: variance 1/4
    const c = { ...layerCase('batchNorm2d', [[64, 1, 1, 1]], {}, 1), x: [{ shape: [64, 1, 1, 1], data }] };
    const w = {
      ...c.w,
      scale: { shape: [1], data: Float32Array.of(1) },
      shift: { shape: [1], data: Float32Array.of(0) },
    };
    const { y } = runner.backward({ ...c, w }, new Float32Array(64));
    const expected = 0.5 / Math.sqrt(0.25 + 1e-5);
    y.data.forEach((value, i) => {
      expect(Math.abs(value - (i % 2 ? expected : -expected))).toBeLessThanOrEqual(8 * U);
    });
  });

  test('a single value per channel has no variance: y is the shift, no gradient passes', () => {
    const c = layerCase('batchNorm2d', [[1, 1, 1, 5]], {}, 1);
    const { y, dx, dw } = runner.backward(c, seededData(5, 2));
    expect(y.data).toEqual(c.w.shift!.data);
    expect(dx[0]!.data.every((value) => value === 0)).toBe(true);
    expect([...dw.variance!.data]).toEqual([0, 0, 0, 0, 0]);
    expect(dw.mean!.data).toEqual(c.x[0]!.data);
  });
});

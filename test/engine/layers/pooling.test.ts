/** Pooling by hand: ties, NaN, padding and the far edge. */
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../engine/errors.ts';
import type { LayerKind } from '../../../engine/layers/index.ts';
import type { Shape } from '../../../engine/tensor.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { parseAttributes } from '../../suites/parse-attributes.ts';
import { type LayerCase, LayerRunner, layerOfKind } from '../../suites/run-layer.ts';

function pooling(kind: LayerKind, shape: Shape, data: readonly number[], raw: object = {}): LayerCase {
  const attributes = parseAttributes(layerOfKind(kind), raw);
  return { kind, attributes, x: [{ shape, data: Float32Array.from(data) }], w: {} };
}

describe.each(trainingBuilds)('pooling, $label', ({ source }) => {
  const runner = new LayerRunner(source);
  const forward = (c: LayerCase) => [...runner.forward(c).data];
  const dx = (c: LayerCase, dy: readonly number[]) => [...runner.backward(c, Float32Array.from(dy)).dx[0]!.data];

  const picture = [1, 3, 2, 1, 2, 9, 1, 1, 1, 3, 2, 3, 5, 6, 1, 2]; // the 4×4 of every course
  test('the largest of each quarter: 9, 2, 6, 3', () => {
    expect(forward(pooling('maxPool2d', [1, 4, 4, 1], picture, { size: 2 }))).toEqual([9, 2, 6, 3]);
  });

  test('the mean of each quarter: 3.75, 1.25, 3.75, 2', () => {
    expect(forward(pooling('averagePool2d', [1, 4, 4, 1], picture, { size: 2 }))).toEqual([3.75, 1.25, 3.75, 2]);
  });

  test('of equal maxima the first in reading order gets the gradient', () => {
    const flat = pooling('maxPool2d', [1, 2, 4, 1], [7, 7, 1, 5, 7, 7, 5, 5], { size: 2 });
    expect(dx(flat, [10, 20])).toEqual([10, 0, 0, 20, 0, 0, 0, 0]);
    const wide = pooling(
      'globalMaxPool2d',
      [1, 2, 2, 5],
      Array.from({ length: 20 }, () => 3),
    );
    expect(dx(wide, [1, 2, 3, 4, 5])).toEqual([1, 2, 3, 4, 5, ...Array.from({ length: 15 }, () => 0)]);
  });

  test('−0 and 0 are equal', () => {
    expect(dx(pooling('maxPool2d', [1, 1, 2, 1], [-0, 0], { size: [1, 2] }), [4])).toEqual([4, 0]);
  });

  test('a value under several windows collects the gradients of all that chose it', () => {
    const c = pooling('maxPool2d', [1, 1, 4, 1], [0, 9, 1, 2], { size: [1, 2], stride: 1 });
    expect(dx(c, [1, 10, 100])).toEqual([0, 11, 0, 100]);
  });

  test('a NaN is the result and takes the gradient, whatever comes before or behind it', () => {
    for (const place of [0, 1, 2, 3]) {
      const data = [1, 2, 3, 4].map((value, i) => (i === place ? Number.NaN : value));
      for (const c of [
        pooling('maxPool2d', [1, 2, 2, 1], data, { size: 2 }),
        pooling('globalMaxPool2d', [1, 2, 2, 1], data),
      ]) {
        expect(forward(c)).toEqual([Number.NaN]);
        expect(dx(c, [5])).toEqual([0, 1, 2, 3].map((i) => (i === place ? 5 : 0)));
      }
    }
  });

  test('padding never wins, not even over negative numbers, and does not thin the mean', () => {
    const raw = { size: 3, stride: 2, padding: 1 };
    const negative = Array.from({ length: 9 }, (_, i) => -1 - i);
    expect(forward(pooling('maxPool2d', [1, 3, 3, 1], negative, raw))).toEqual([-1, -2, -4, -5]);
    const ones = Array.from({ length: 9 }, () => 1);
    expect(forward(pooling('averagePool2d', [1, 3, 3, 1], ones, raw))).toEqual([1, 1, 1, 1]);
  });

  test('padding thins the mean where it is told to, what hangs over its edge does not', () => {
    const raw = { size: 3, stride: 2, padding: 1, countPadding: true };
    const ones = Array.from({ length: 9 }, () => 1);
    const share = Math.fround(4 / 9);
    expect(forward(pooling('averagePool2d', [1, 3, 3, 1], ones, raw))).toEqual([share, share, share, share]);
    // The second window has a pixel, a padding one, and one beyond: two count.
    const line = pooling('averagePool2d', [1, 1, 4, 1], [1, 2, 3, 6], {
      size: [1, 3],
      stride: [1, 3],
      padding: [0, 0, 0, 1],
      ceilMode: true,
      countPadding: true,
    });
    expect(forward(line)).toEqual([2, 3]);
    expect(dx(line, [3, 4])).toEqual([1, 1, 1, 2]);
  });

  test('adaptive windows overlap by a pixel where they do not fit: five into three', () => {
    const five = [1, 2, 3, 4, 5];
    expect(forward(pooling('adaptiveMaxPool2d', [1, 1, 5, 1], five, { size: [1, 3] }))).toEqual([2, 4, 5]);
    const mean = pooling('adaptiveAveragePool2d', [1, 1, 5, 1], five, { size: [1, 3] });
    expect(forward(mean)).toEqual([1.5, 3, 4.5]);
    expect(dx(mean, [2, 3, 2])).toEqual([1, 2, 1, 2, 1]);
  });

  test('a window that sees nothing: −∞ and 0', () => {
    const raw = { size: 1, stride: 1, padding: [0, 0, 1, 0] };
    expect(forward(pooling('maxPool2d', [1, 1, 1, 1], [5], raw))).toEqual([Number.NEGATIVE_INFINITY, 5]);
    expect(forward(pooling('averagePool2d', [1, 1, 1, 1], [5], raw))).toEqual([0, 5]);
  });
});

describe('shapes', () => {
  const shape = (kind: LayerKind, raw: object, x: Shape) =>
    layerOfKind(kind).inferShape([x], parseAttributes(layerOfKind(kind), raw));

  test('the odd pixel of same goes to the end, of sameLower to the beginning', () => {
    const of = (padding: string) => {
      const c = pooling('maxPool2d', [1, 1, 4, 1], [1, 2, 3, 4], { size: [1, 2], stride: 1, padding });
      return [...new LayerRunner(trainingBuilds[0]!.source).forward(c).data];
    };
    expect(of('same')).toEqual([2, 3, 4, 4]);
    expect(of('sameLower')).toEqual([1, 2, 3, 4]);
  });

  test('the stride is the window unless it is given', () => {
    expect(shape('maxPool2d', { size: [2, 3] }, [1, 8, 9, 5])).toEqual([1, 4, 3, 5]);
    expect(shape('maxPool2d', { size: 2, stride: 1 }, [1, 8, 9, 5])).toEqual([1, 7, 8, 5]);
  });

  test('ceilMode keeps what hangs over the edge, but no window that begins beyond it', () => {
    expect(shape('maxPool2d', { size: 2 }, [1, 5, 5, 1])).toEqual([1, 2, 2, 1]);
    expect(shape('maxPool2d', { size: 2, ceilMode: true }, [1, 5, 5, 1])).toEqual([1, 3, 3, 1]);
    // 1 + ⌈(4 + 2 − 2) / 3⌉ = 3, but the third would begin at 5, behind the 4 pixels and the one before them
    expect(shape('maxPool2d', { size: 2, stride: 3, padding: 1, ceilMode: true }, [1, 4, 4, 1])).toEqual([1, 2, 2, 1]);
    expect(shape('averagePool2d', { size: 1, padding: [0, 3, 0, 0], ceilMode: true }, [1, 1, 1, 1])).toEqual([
      1, 1, 1, 1,
    ]);
  });

  test.each<LayerKind>(['globalAveragePool2d', 'globalMaxPool2d'])('%s wants an image', (kind) => {
    expect(shape(kind, {}, [2, 3, 4, 5])).toEqual([2, 5]);
    expect(() => shape(kind, {}, [2, 12])).toThrow('expected an input [N,H,W,C], got [2,12]');
    expect(() => shape(kind, {}, [2, 12])).toThrow(EngineError);
  });
});

/** Dense layers: sizes, and shapes that do not fit. */
import { describe, expect, test } from 'vitest';
import type { LayerKind } from '../../../engine/layers/index.ts';
import type { Shape } from '../../../engine/tensor.ts';
import { elementCount } from '../../../engine/tensor.ts';
import { parseAttributes } from '../../suites/parse-attributes.ts';
import { layerOfKind } from '../../suites/run-layer.ts';

const shape = (kind: LayerKind, raw: object, ...x: readonly Shape[]) =>
  layerOfKind(kind).inferShape(x, parseAttributes(layerOfKind(kind), raw));

describe('dense', () => {
  test('a picture of 256×256 into 2048 units is 134,217,728 weights, as the course warns', () => {
    const dense = layerOfKind('dense');
    const a = parseAttributes(dense, { units: 2048, bias: false });
    const x = shape('flatten', {}, [1, 256, 256, 1]) as Shape;
    const weights = dense.weights?.([x], a) ?? {};
    expect(Object.keys(weights)).toEqual(['filter']);
    expect(elementCount(weights.filter!.shape)).toBe(134_217_728);
    expect(dense.macs?.([x], [1, 2048], a)).toBe(134_217_728);
  });

  test('wants rows: a picture has to be flattened', () => {
    expect(() => shape('dense', { units: 10 }, [1, 5, 5, 64])).toThrow(
      'expected an input [N,IN], got [1,5,5,64]: flatten it first',
    );
    expect(shape('dense', { units: 10 }, shape('flatten', {}, [4, 5, 5, 64]) as Shape)).toEqual([4, 10]);
  });
});

describe('depthwiseConv2d', () => {
  test('has a filter for each channel, and output channels in the order of their inputs', () => {
    const depthwise = layerOfKind('depthwiseConv2d');
    const a = parseAttributes(depthwise, { size: 3, multiplier: 2, padding: 1 });
    expect(shape('depthwiseConv2d', { size: 3, multiplier: 2, padding: 1 }, [1, 8, 8, 5])).toEqual([1, 8, 8, 10]);
    expect(depthwise.weights?.([[1, 8, 8, 5]], a)).toMatchObject({
      filter: { shape: [3, 3, 5, 2], initializer: { heUniform: { fanIn: 9 } }, decay: true },
      bias: { shape: [10] },
    });
    expect(depthwise.macs?.([[1, 8, 8, 5]], [1, 8, 8, 10], a)).toBe(64 * 10 * 9);
  });
});

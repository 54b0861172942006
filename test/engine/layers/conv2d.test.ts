/** Convolution on pictures that a blackboard can hold. */
import { describe, expect, test } from 'vitest';
import { capabilitiesOf } from '../../../engine/capabilities.ts';
import { EngineError } from '../../../engine/errors.ts';
import { type Conv2dAttributes, conv2d } from '../../../engine/layers/conv2d.ts';
import type { Shape } from '../../../engine/tensor.ts';
import { layerCase } from '../../suites/layer-cases.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { parseAttributes } from '../../suites/parse-attributes.ts';
import { LayerRunner } from '../../suites/run-layer.ts';

const attributesOf = (raw: object) => parseAttributes(conv2d, raw) as Conv2dAttributes;

describe.each(trainingBuilds)('conv2d, $label', ({ source }) => {
  const runner = new LayerRunner(source);

  /** One image of `channels`, one filter; planes are given channel by channel, as they are drawn. */
  function convolve(planes: readonly number[][][], filter: readonly number[][], raw: object = {}): number[][] {
    const [h, w] = [planes[0]!.length, planes[0]![0]!.length];
    const channels = planes.length;
    const data = new Float32Array(h * w * channels);
    planes.forEach((plane, c) => {
      plane.forEach((row, y) => {
        row.forEach((value, x) => {
          data[(y * w + x) * channels + c] = value;
        });
      });
    });
    const size = [filter.length, filter[0]!.length];
    const taps = filter.flat().flatMap((value) => Array.from({ length: channels }, () => value));
    const { shape, data: y } = runner.forward({
      kind: 'conv2d',
      attributes: attributesOf({ filters: 1, size, bias: false, ...raw }),
      x: [{ shape: [1, h, w, channels], data }],
      w: { filter: { shape: [...size, channels, 1], data: Float32Array.from(taps) } },
    });
    const [, oh, ow] = shape as [number, number, number];
    return Array.from({ length: oh }, (_, row) => [...y.slice(row * ow, (row + 1) * ow)]);
  }

  const vertical = [
    [1, 0, -1],
    [1, 0, -1],
    [1, 0, -1],
  ];
  const horizontal = vertical[0]!.map((_, column) => vertical.map((row) => row[column]!));
  const halves = Array.from({ length: 6 }, () => [10, 10, 10, 0, 0, 0]); // bright left, dark right

  test('a vertical edge: 30 where the brightness falls, 0 where it is even', () => {
    expect(convolve([halves], vertical)).toEqual(Array.from({ length: 4 }, () => [0, 30, 30, 0]));
  });

  test('the filter is not turned over: the edge has the sign of the filter as it is drawn', () => {
    const mirrored = halves.map((row) => [...row].reverse());
    expect(convolve([mirrored], vertical)).toEqual(Array.from({ length: 4 }, () => [0, -30, -30, 0]));
  });

  test('a horizontal filter does not see a vertical edge', () => {
    expect(
      convolve([halves], horizontal)
        .flat()
        .every((value) => value === 0),
    ).toBe(true);
  });

  test('channels are added up', () => {
    expect(convolve([halves, halves, halves], vertical)).toEqual(Array.from({ length: 4 }, () => [0, 90, 90, 0]));
  });

  test('stride 2 takes every other place, zeros around make an edge of their own', () => {
    expect(convolve([halves], vertical, { stride: 2 })).toEqual([
      [0, 30],
      [0, 30],
    ]);
    expect(convolve([halves], vertical, { padding: 'same' })[0]).toEqual([-20, 0, 20, 20, 0, 0]);
  });
});

describe('conv2d', () => {
  const shape = (raw: object, x: Shape) => conv2d.inferShape([x], attributesOf(raw));
  const weights = (raw: object, x: Shape) => conv2d.weights?.([x], attributesOf(raw));

  test('output sizes: valid, same, strided, dilated', () => {
    const x = [1, 28, 28, 1];
    expect(shape({ filters: 32, size: 3 }, x)).toEqual([1, 26, 26, 32]);
    expect(shape({ filters: 32, size: 3, padding: 'same' }, x)).toEqual([1, 28, 28, 32]);
    expect(shape({ filters: 32, size: 3, padding: 1, stride: 2 }, x)).toEqual([1, 14, 14, 32]);
    expect(shape({ filters: 32, size: 3, dilation: 2 }, x)).toEqual([1, 24, 24, 32]);
    expect(shape({ filters: 8, size: [1, 7], padding: [0, 3] }, x)).toEqual([1, 28, 28, 8]);
  });

  test('weights and multiply-adds, as the literature counts them', () => {
    // AlexNet's first layer: 96 filters of 11×11×3 at 55×55 places, 105,415,200 multiply-adds
    const [raw, x] = [{ filters: 96, size: 11, stride: 4 }, [1, 227, 227, 3]];
    expect(weights(raw, x)).toMatchObject({ filter: { shape: [11, 11, 3, 96], decay: true }, bias: { shape: [96] } });
    expect(conv2d.macs?.([x], shape(raw, x) as Shape, attributesOf(raw))).toBe(105_415_200);
  });

  test('groups share the work', () => {
    const [raw, x] = [{ filters: 8, size: 3, groups: 4, bias: false }, [1, 5, 5, 12]];
    expect(weights(raw, x)).toEqual({
      filter: { shape: [3, 3, 3, 8], initializer: { heUniform: { fanIn: 27 } }, decay: true },
    });
    expect(conv2d.macs?.([x], [1, 3, 3, 8], attributesOf(raw))).toBe(9 * 8 * 27);
  });

  test.each([
    [{ filters: 4, size: 5 }, [1, 4, 4, 1], /window of 5×5 does not fit into its input \[1,4,4,1\]/],
    [{ filters: 4, size: 3, dilation: 2 }, [1, 4, 9, 1], /window of 5×5 does not fit/],
    [{ filters: 4, size: 3 }, [1, 784], /expected an input \[N,H,W,C\], got \[1,784\]/],
    [{ filters: 4, size: 1, groups: 2 }, [1, 4, 4, 3], /2 groups do not divide 3 input channels and 4 filters/],
  ])('%j on %j is refused', (raw, x, message) => {
    expect(() => shape(raw, x)).toThrow(message);
    expect(() => shape(raw, x)).toThrow(EngineError);
  });

  test.each([
    [{ size: 3 }, 'attributes.filters'],
    [{ filters: 0, size: 3 }, 'attributes.filters'],
    [{ filters: 1.5, size: 3 }, 'attributes.filters'],
    [{ filters: 4, size: 3, stride: 0 }, 'attributes.stride'],
    [{ filters: 4, size: '3x3' }, 'attributes.size'],
    [{ filters: 4, size: 3, padding: -1 }, 'attributes.padding'],
    [{ filters: 4, size: 3, padding: 'valid' }, 'attributes.padding'],
    [{ filters: 4, size: 3, bias: 1 }, 'attributes.bias'],
  ])('attributes %j are refused at %s', (raw, path) => {
    expect(() => attributesOf(raw)).toThrow(path);
  });

  test('offers what the window allows: no copy where it is a pixel, Winograd where it is 3×3', () => {
    const runner = new LayerRunner(trainingBuilds[0]!.source);
    const caseOf = (raw: object) => layerCase('conv2d', [[1, 4, 4, 4]], { filters: 4, ...raw }, 1);
    const names = (raw: object) => runner.algorithms(caseOf(raw));
    expect(names({ size: 1 })).toEqual(['pointwise', 'im2col']);
    expect(names({ size: 1, stride: 2 })).toEqual(['im2col']);
    expect(names({ size: 1, padding: 1 })).toEqual(['im2col']);
    expect(names({ size: 3 })).toEqual(['winograd', 'im2col']);
    expect(names({ size: 3, stride: 2 })).toEqual(['im2col']);
    expect(names({ size: 3, groups: 2 })).toEqual(['im2col']);
    expect(names({ size: [3, 2] })).toEqual(['im2col']);
    expect(names({ size: 1, groups: 2 })).toEqual(['im2col']);

    const training = (raw: object) => {
      const { forward, gradients } = runner.trainingAlgorithms(caseOf(raw));
      return [forward, ...gradients.map((gradient) => gradient.names)];
    };
    const bias = ['sums'];
    const input = ['winograd', 'winograd5', 'scatter'];
    expect(training({ size: 3 })).toEqual([['winograd', 'im2col', 'winograd5'], ['winograd', 'product'], bias, input]);
    expect(training({ size: 3, stride: 2 })).toEqual([['im2col'], ['product'], bias, ['scatter']]);
  });

  test('capabilities keep to what a host can do', () => {
    expect(capabilitiesOf(true, 13).rowsPerTile).toBe(6);
    expect(capabilitiesOf(false, 13).rowsPerTile).toBe(5);
    expect(capabilitiesOf(true, 12).rowsPerTile).toBe(4);
    expect(capabilitiesOf(true, undefined).rowsPerTile).toBe(4);
  });
});

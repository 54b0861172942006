import { describe, expect, test } from 'vitest';
import { buildGraph, type GraphInput } from '../../../engine/graph.ts';
import { pictureInput } from '../../../engine/image/picture-input.ts';
import { preprocessSchema } from '../../../engine/image/preprocess.ts';
import { parseWith } from '../../../engine/json.ts';
import type { Shape } from '../../../engine/tensor.ts';

type Input = Pick<GraphInput, 'shape' | 'layout'>;

const graphOf = (...inputs: readonly Input[]) =>
  buildGraph({
    inputs: inputs.map((input, i) => ({ name: `x${i}`, datatype: 'FP32', ...input })),
    nodes: [{ id: 'y', kind: 'relu', inputs: ['x0'], attributes: {} }],
    outputs: [{ name: 'y', from: 'y' }],
  });

/** Two pixels wide, one high, of three channels. */
const RGB = parseWith(preprocessSchema, { size: [2, 1] }, 'invalid-graph');
const GRAY = parseWith(preprocessSchema, { size: [3, 2], channels: 'gray' }, 'invalid-graph');

/** Two pictures, pixel by pixel: tens tell the channel. */
const pixels = Float32Array.of(11, 21, 31, 12, 22, 32, 13, 23, 33, 14, 24, 34);

describe('a picture enters', () => {
  test('channels first where the input has them first, picture by picture', () => {
    const { name, arrange, maxBatch } = pictureInput(graphOf({ shape: [-1, 3, 1, 2], layout: 'NCHW' }), RGB);
    expect([name, maxBatch]).toEqual(['x0', Number.POSITIVE_INFINITY]);
    expect([...arrange(pixels)]).toEqual([11, 12, 21, 22, 31, 32, 13, 14, 23, 24, 33, 34]);
  });

  test.each<[string, Shape, Input['layout']]>([
    ['channels last', [1, 1, 2, 3], 'NHWC'],
    ['of unknown layout', [1, 1, 2, 3], undefined],
    ['a vector', [1, 6], 'NC'],
  ])('as it is: %s', (_, shape, layout) => {
    const { arrange, maxBatch } = pictureInput(graphOf(layout ? { shape, layout } : { shape }), RGB);
    expect(arrange(pixels)).toBe(pixels);
    expect(maxBatch).toBe(1);
  });

  test('as it is where it has one channel, which is first and last', () => {
    const { arrange } = pictureInput(graphOf({ shape: [1, 1, 2, 3], layout: 'NCHW' }), GRAY);
    expect(arrange(pixels)).toBe(pixels);
  });
});

describe('a picture is refused by', () => {
  test.each<[string, readonly Input[], string]>([
    [
      'another size',
      [{ shape: [1, 3, 2, 1], layout: 'NCHW' }],
      'the input "x0" is [1,3,2,1], pictures are made as [3,1,2]',
    ],
    ['channels elsewhere', [{ shape: [1, 3, 1, 2], layout: 'NHWC' }], 'is [1,3,1,2], pictures are made as [1,2,3]'],
    ['a batch that is fixed at two', [{ shape: [2, 1, 2, 3] }], 'is [2,1,2,3], pictures are made as [1,2,3]'],
    ['two inputs', [{ shape: [1, 1, 2, 3] }, { shape: [1, 4] }], 'a model of one input, the inputs are: x0, x1'],
  ])('%s', (_, inputs, sentence) => {
    expect(() => pictureInput(graphOf(...inputs), RGB)).toThrow(sentence);
  });
});

/** Networks that mix layouts: what they compute, and how often memory is rearranged for it. */
import { describe, expect, test } from 'vitest';
import type { Model } from '../../../../engine/model-file.ts';
import { float, integers, type ModelParts, node, weights } from './models.ts';
import { agrees, count } from './run.ts';

/** Transposes beside those that bring NCHW inputs in and outputs out. */
function rearrangements(model: Model, atTheEnds: number): number {
  return count(model, 'transpose') - atTheEnds;
}

/** An image comes as NCHW. */
const inputs = (c: number, h: number, w: number) => ({ x: [1, c, h, w] });

test('a channel shuffle (ShuffleNet) between convolutions is one rearrangement', () => {
  const parts: ModelParts = {
    inputs: inputs(4, 5, 6),
    nodes: [
      node('Conv', 'x w1', 'a', { group: 2 }),
      node('Reshape', 'a s1', 'b'),
      node('Transpose', 'b', 'c', { perm: [0, 2, 1, 3, 4] }),
      node('Reshape', 'c s2', 'd'),
      node('Conv', 'd w2', 'e', { group: 6, pads: [1, 1, 1, 1] }),
      node('GlobalAveragePool', 'e', 'f'),
      node('Flatten', 'f', 'y'),
    ],
    initializers: [
      weights('w1', [6, 2, 1, 1]),
      weights('w2', [6, 1, 3, 3], 8),
      integers('s1', 1, 2, 3, 5, 6),
      integers('s2', 1, -1, 5, 6),
    ],
  };
  expect(rearrangements(agrees(parts), 1)).toBe(1);
});

describe('a vision transformer', () => {
  const [tokens, width, heads] = [6, 8, 2];
  const depth = width / heads;
  const split = [
    node('Reshape', 'q split', 'q1'),
    node('Transpose', 'q1', 'q2', { perm: [0, 2, 1, 3] }),
    node('Reshape', 'k split', 'k1'),
    node('Transpose', 'k1', 'k2', { perm: [0, 2, 3, 1] }),
    node('Reshape', 'v split', 'v1'),
    node('Transpose', 'v1', 'v2', { perm: [0, 2, 1, 3] }),
  ];
  const parts: ModelParts = {
    inputs: inputs(3, 8, 12),
    nodes: [
      node('Conv', 'x patches bias', 'a', { strides: [4, 4] }),
      node('Reshape', 'a flat', 'b'),
      node('Transpose', 'b', 'c', { perm: [0, 2, 1] }),
      node('Add', 'c positions', 'd'),
      node('LayerNormalization', 'd scale shift', 'e', { axis: -1 }),
      ...['q', 'k', 'v'].map((name) => node('MatMul', `e w${name}`, name)),
      ...split,
      node('MatMul', 'q2 k2', 's1'),
      node('Mul', 's1 root', 's2'),
      node('Softmax', 's2', 's3', { axis: -1 }),
      node('MatMul', 's3 v2', 'h1'),
      node('Transpose', 'h1', 'h2', { perm: [0, 2, 1, 3] }),
      node('Reshape', 'h2 joined', 'h3'),
      node('MatMul', 'h3 wo', 'h4'),
      node('Add', 'd h4', 'f'),
      node('ReduceMean', 'f one', 'g', { keepdims: 0 }),
      node('Gemm', 'g head hb', 'y', { transB: 1 }),
    ],
    initializers: [
      weights('patches', [width, 3, 4, 4], 1),
      weights('bias', [width], 2),
      integers('flat', 1, width, -1),
      weights('positions', [1, tokens, width], 3),
      weights('scale', [width], 4),
      weights('shift', [width], 5),
      ...['wq', 'wk', 'wv', 'wo'].map((name, i) => weights(name, [width, width], 10 + i)),
      integers('split', 1, tokens, heads, depth),
      integers('joined', 1, tokens, width),
      weights('root', [], Float32Array.of(0.5)),
      integers('one', 1),
      weights('head', [5, width], 20),
      weights('hb', [5], 21),
    ],
  };

  test('rearranges q, k, v and the heads once each: attention needs them so', () => {
    expect(rearrangements(agrees(parts), 1)).toBe(4);
  });

  test('takes the patches of a convolution as tokens as they lie', () => {
    const model = agrees({ ...parts, nodes: (parts.nodes ?? []).slice(0, 5), outputs: ['e'] });
    expect(rearrangements(model, 1)).toBe(0);
  });
});

describe('squeeze and excite', () => {
  const initializers = [
    weights('w1', [8, 3, 3, 3]),
    weights('b1', [8], 8),
    weights('reduce', [2, 8, 1, 1], 9),
    weights('expand', [8, 2, 1, 1], 10),
    integers('space', 2, 3),
    weights('fc1', [2, 8], 11),
    weights('fc2', [8, 2], 12),
    integers('column', 1, 8, 1, 1),
  ];
  const conv = node('Conv', 'x w1 b1', 'a', { pads: [1, 1, 1, 1] });
  const end = [node('Mul', 'a gate', 'm'), node('GlobalAveragePool', 'm', 'p'), node('Flatten', 'p', 'y')];

  test.each([
    [
      'of 1×1 convolutions',
      [
        node('GlobalAveragePool', 'a', 's'),
        node('Conv', 's reduce', 't'),
        node('Relu', 't', 'u'),
        node('Conv', 'u expand', 'v'),
        node('Sigmoid', 'v', 'gate'),
      ],
    ],
    [
      'of a mean and dense layers',
      [
        node('ReduceMean', 'a space', 's', { keepdims: 0 }),
        node('Gemm', 's fc1', 't', { transB: 1 }),
        node('Relu', 't', 'u'),
        node('Gemm', 'u fc2', 'v', { transB: 1 }),
        node('Sigmoid', 'v', 'w'),
        node('Reshape', 'w column', 'gate'),
      ],
    ],
  ])('%s moves nothing', (_, middle) => {
    const model = agrees({ inputs: inputs(3, 6, 5), nodes: [conv, ...middle, ...end], initializers });
    expect(rearrangements(model, 1)).toBe(0);
  });
});

test('a ConvNeXt block moves nothing but its input and output', () => {
  const parts: ModelParts = {
    inputs: inputs(6, 7, 5),
    nodes: [
      node('Conv', 'x w1 b1', 'a', { group: 6, pads: [3, 3, 3, 3] }),
      node('Transpose', 'a', 'b', { perm: [0, 2, 3, 1] }),
      node('LayerNormalization', 'b scale shift', 'c', { axis: -1, epsilon: float(1e-6) }),
      node('MatMul', 'c w2', 'd'),
      node('Add', 'd b2', 'e'),
      node('Div', 'e sqrt2', 'f'),
      node('Erf', 'f', 'g'),
      node('Add', 'g one', 'h'),
      node('Mul', 'e h', 'i'),
      node('Mul', 'i half', 'j'),
      node('MatMul', 'j w3', 'k'),
      node('Add', 'b3 k', 'l'),
      node('Mul', 'gamma l', 'm'),
      node('Transpose', 'm', 'n', { perm: [0, 3, 1, 2] }),
      node('Add', 'x n', 'y'),
    ],
    initializers: [
      weights('w1', [6, 1, 7, 7]),
      weights('b1', [6], 8),
      weights('scale', [6], 9),
      weights('shift', [6], 10),
      weights('w2', [6, 24], 11),
      weights('b2', [24], 12),
      weights('w3', [24, 6], 13),
      weights('b3', [6], 14),
      weights('gamma', [6], 15),
      weights('sqrt2', [], Float32Array.of(Math.SQRT2)),
      weights('one', [], Float32Array.of(1)),
      weights('half', [], Float32Array.of(0.5)),
    ],
  };
  expect(rearrangements(agrees(parts), 2)).toBe(0);
});

describe('flatten and gemm', () => {
  const convs = [
    node('Conv', 'x w1 b1', 'a', { pads: [1, 1, 1, 1] }),
    node('Relu', 'a', 'b'),
    node('MaxPool', 'b', 'c', { kernel_shape: [2, 2], strides: [2, 2] }),
  ];
  const initializers = [
    weights('w1', [4, 3, 3, 3]),
    weights('b1', [4], 8),
    weights('w2', [24, 10], 9),
    weights('w2t', [10, 24], 10),
    weights('b2', [10], 11),
    integers('rows', 1, -1),
    integers('s1', 1, 24),
  ];

  test.each([
    ['Flatten and Gemm', [node('Flatten', 'c', 'd'), node('Gemm', 'd w2 b2', 'y')]],
    [
      'Flatten and Gemm of transposed weights',
      [node('Flatten', 'c', 'd'), node('Gemm', 'd w2t b2', 'y', { transB: 1 })],
    ],
    ['Reshape and MatMul', [node('Reshape', 'c rows', 'd'), node('MatMul', 'd w2', 'e'), node('Add', 'e b2', 'y')]],
    [
      'channels last, Reshape and Gemm',
      [node('Transpose', 'c', 'd', { perm: [0, 2, 3, 1] }), node('Reshape', 'd s1', 'e'), node('Gemm', 'e w2 b2', 'y')],
    ],
  ])('%s: the rows of the weights change places, not the values', (_, end) => {
    const model = agrees({ inputs: inputs(3, 6, 4), nodes: [...convs, ...end], initializers });
    expect(rearrangements(model, 1)).toBe(0);
    expect(count(model, 'dense')).toBe(1);
  });
});

test('a YOLO head: each scale is [N,A·V,H,W] → [N,A,H,W,V] → [N,A·H·W,V], then joined', () => {
  const [anchors, values] = [3, 7];
  const head = (i: number, h: number, w: number) => ({
    nodes: [
      node('Conv', `${i === 0 ? 'x' : 'small'} w${i} v${i}`, `a${i}`),
      node('Reshape', `a${i} cut${i}`, `b${i}`),
      node('Transpose', `b${i}`, `c${i}`, { perm: [0, 1, 3, 4, 2] }),
      node('Sigmoid', `c${i}`, `d${i}`),
      node('Reshape', `d${i} rows`, `e${i}`),
    ],
    initializers: [
      weights(`w${i}`, [anchors * values, 4, 1, 1], 3 + i),
      weights(`v${i}`, [anchors * values], 5 + i),
      integers(`cut${i}`, 1, anchors, values, h, w),
    ],
  });
  const [large, small] = [head(0, 6, 4), head(1, 3, 2)];
  const model = agrees({
    inputs: inputs(4, 6, 4),
    nodes: [
      node('MaxPool', 'x', 'small', { kernel_shape: [2, 2], strides: [2, 2] }),
      ...large.nodes,
      ...small.nodes,
      node('Concat', 'e0 e1', 'y', { axis: 1 }),
    ],
    initializers: [...large.initializers, ...small.initializers, integers('rows', 1, -1, values)],
  });
  // The anchors lie inside the channels, and come to stand outside: once a scale.
  expect(rearrangements(model, 1)).toBe(2);
});

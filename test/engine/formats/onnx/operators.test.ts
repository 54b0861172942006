/** The same operator in older and newer operator sets: attributes became inputs, and mean the same. */
import { describe, expect, test } from 'vitest';
import type { NodeProto, TensorProto } from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import type { Shape } from '../../../../engine/tensor.ts';
import { type Form, flag, form, image, list, outputs, scalar, y } from './forms.ts';
import { float, floats, integers, node, weights } from './models.ts';
import { refused } from './refusal.ts';

const channels = weights('c', [4]);
const lastAxis = weights('c', [5]);

/** Two forms of one node; each pair gives the same numbers. */
const pairs: readonly (readonly [string, Shape, Form, Form])[] = [
  [
    'Add, broadcast from an axis on',
    image,
    form(6, y('Add', 'x c', { broadcast: 1, axis: 1 }), channels),
    form(7, y('Add', 'x c'), weights('c', [4, 1, 1])),
  ],
  [
    'Mul, broadcast at the end',
    image,
    form(6, y('Mul', 'x c', { broadcast: 1 }), lastAxis),
    form(21, y('Mul', 'x c'), lastAxis),
  ],
  [
    'Sub, an axis counted from the end',
    image,
    form(6, y('Sub', 'x c', { broadcast: 1, axis: -3 }), channels),
    form(21, y('Sub', 'x c'), weights('c', [4, 1, 1])),
  ],
  [
    'Gemm, broadcast',
    [3, 4],
    form(6, y('Gemm', 'x m b', { broadcast: 1 }), weights('m', [4, 5]), weights('b', [5])),
    form(13, y('Gemm', 'x m b'), weights('m', [4, 5]), weights('b', [5])),
  ],
  [
    'PRelu, a slope per channel',
    image,
    form(6, y('PRelu', 'x c'), channels),
    form(16, y('PRelu', 'x c'), weights('c', [4, 1, 1])),
  ],
  [
    'Dropout, in inference',
    image,
    form(6, y('Dropout', 'x', { is_test: 1, ratio: float(0.3) })),
    form(10, y('Dropout', 'x', { ratio: float(0.3) })),
  ],
  ['Dropout, its mode an input', image, form(10, y('Dropout', 'x')), form(13, y('Dropout', 'x - t'), flag('t', false))],
  [
    'BatchNormalization, in inference',
    image,
    form(6, y('BatchNormalization', 'x c c c v', { is_test: 1 }), channels, list('v', 1, 2, 3, 4)),
    form(15, y('BatchNormalization', 'x c c c v'), channels, list('v', 1, 2, 3, 4)),
  ],
  [
    'Upsample, scales as an attribute',
    image,
    form(7, y('Upsample', 'x', { scales: floats(1, 1, 2, 3) })),
    form(9, y('Upsample', 'x s'), list('s', 1, 1, 2, 3)),
  ],
  [
    'Upsample and Resize',
    image,
    form(9, y('Upsample', 'x s', { mode: 'linear' }), list('s', 1, 1, 2, 3)),
    form(10, y('Resize', 'x s', { mode: 'linear' }), list('s', 1, 1, 2, 3)),
  ],
  [
    'Resize of 10 and of 11',
    image,
    form(10, y('Resize', 'x s'), list('s', 1, 1, 2, 1.5)),
    form(
      11,
      y('Resize', 'x r s', { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }),
      list('r'),
      list('s', 1, 1, 2, 1.5),
    ),
  ],
  [
    'Resize, scales and sizes',
    image,
    form(11, y('Resize', 'x - s', { mode: 'linear' }), list('s', 1, 1, 2, 2)),
    form(13, y('Resize', 'x - - s', { mode: 'linear' }), integers('s', 2, 4, 12, 10)),
  ],
  [
    'Resize, of some axes',
    image,
    form(13, y('Resize', 'x - - s', { mode: 'linear' }), integers('s', 2, 4, 3, 10)),
    form(18, y('Resize', 'x - - s', { mode: 'linear', axes: [3, -2] }), integers('s', 10, 3)),
  ],
  [
    'Resize, a policy that stretches',
    image,
    form(13, y('Resize', 'x - - s'), integers('s', 2, 4, 3, 10)),
    form(18, y('Resize', 'x - - s', { axes: [2, 3], keep_aspect_ratio_policy: 'stretch' }), integers('s', 3, 10)),
  ],
  [
    'Resize, a policy that keeps the ratio',
    image,
    form(18, y('Resize', 'x - - s', { axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' }), integers('s', 12, 20)),
    form(18, y('Resize', 'x - s', { axes: [2, 3] }), list('s', 2, 2)),
  ],
  [
    'Resize, antialias where nothing shrinks',
    image,
    form(13, y('Resize', 'x - s', { mode: 'linear' }), list('s', 1, 1, 2, 2)),
    form(18, y('Resize', 'x - s', { mode: 'linear', antialias: 1 }), list('s', 1, 1, 2, 2)),
  ],
  [
    'Clip, attributes and inputs',
    image,
    form(10, y('Clip', 'x', { min: float(-0.25), max: float(0.5) })),
    form(11, y('Clip', 'x l h'), scalar('l', -0.25), scalar('h', 0.5)),
  ],
  [
    'Clip, of one side',
    image,
    form(6, y('Clip', 'x', { max: float(0.5) })),
    form(13, y('Clip', 'x - h'), scalar('h', 0.5)),
  ],
  [
    'Clip to 0…6, relu6',
    image,
    form(6, y('Clip', 'x', { min: float(0), max: float(6) })),
    form(13, [node('Relu', 'x', 'a'), y('Min', 'a h')], scalar('h', 6)),
  ],
  [
    'Softmax over all axes from 1 on',
    image,
    form(11, y('Softmax', 'x')),
    form(13, [node('Flatten', 'x', 'a'), node('Softmax', 'a', 'b'), y('Reshape', 'b s')], integers('s', ...image)),
  ],
  ['Softmax over the last axis', image, form(11, y('Softmax', 'x', { axis: 3 })), form(13, y('Softmax', 'x'))],
  [
    'AveragePool without dilations',
    image,
    form(11, y('AveragePool', 'x', { kernel_shape: [2, 2] })),
    form(19, y('AveragePool', 'x', { kernel_shape: [2, 2], dilations: [1, 1] })),
  ],
  [
    'AveragePool with dilations',
    image,
    form(19, y('AveragePool', 'x', { kernel_shape: [2, 1], dilations: [3, 1] })),
    form(
      13,
      [node('Slice', 'x z t a', 'b'), node('Slice', 'x t e a', 'c'), y('Mean', 'b c')],
      integers('z', 0),
      integers('t', 3),
      integers('e', 6),
      integers('a', 2),
    ),
  ],
  [
    'Gelu by tanh',
    image,
    form(20, y('Gelu', 'x', { approximate: 'tanh' })),
    form(20, [node('Identity', 'x', 'a'), y('Gelu', 'a', { approximate: 'tanh' })]),
  ],
  [
    'GroupNormalization, per group and per channel',
    image,
    form(18, y('GroupNormalization', 'x g h', { num_groups: 2 }), list('g', 2, 3), list('h', 0.5, -1)),
    form(21, y('GroupNormalization', 'x g h', { num_groups: 2 }), list('g', 2, 2, 3, 3), list('h', 0.5, 0.5, -1, -1)),
  ],
  [
    'auto_pad and pads',
    image,
    form(1, y('MaxPool', 'x', { kernel_shape: [3, 2], auto_pad: 'SAME_UPPER' })),
    form(12, y('MaxPool', 'x', { kernel_shape: [3, 2], pads: [1, 0, 1, 1] })),
  ],
  [
    'auto_pad VALID',
    image,
    form(7, y('MaxPool', 'x', { kernel_shape: [3, 2], auto_pad: 'VALID' })),
    form(12, y('MaxPool', 'x', { kernel_shape: [3, 2] })),
  ],
];

test.each(pairs)('%s', (_, shape, older, newer) => {
  const [a, b] = [outputs(shape, older), outputs(shape, newer)];
  expect(a.length).toBeGreaterThan(0);
  expect(a).toEqual(b);
});

describe('numbers from the specification', () => {
  /** x = 1, 2, 3 … of this shape, as a constant that a run adds to a given zero: the input of tests is random. */
  const of = (...one: readonly NodeProto[]) => [node('Mul', 'x zero', 'o'), node('Add', 'o counting', 'k'), ...one];
  const counting = (shape: Shape) => [
    scalar('zero', 0),
    weights(
      'counting',
      shape,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1),
    ),
  ];
  const numbers = (shape: Shape, opset: number, one: NodeProto, ...initializers: readonly TensorProto[]) =>
    outputs(shape, form(opset, of(one), ...counting(shape), ...initializers))[0];

  test('Upsample repeats', () => {
    expect(numbers([1, 1, 2, 2], 9, y('Upsample', 'k s'), list('s', 1, 1, 2, 3))).toEqual([
      [1, 1, 4, 6],
      [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4],
    ]);
  });

  test('AveragePool of 19 has holes', () => {
    expect(numbers([1, 1, 4, 4], 19, y('AveragePool', 'k', { kernel_shape: [2, 2], dilations: [2, 2] }))).toEqual([
      [1, 1, 2, 2],
      [6, 7, 10, 11],
    ]);
  });

  test('a policy counts by its one scale, not by sizes that were rounded', () => {
    // 5 columns to 3 are a scale of 0.6, and 4 rows ⌊2.4⌉ = 2 of them: row 0 and column 0 are ½ / 0.6 − ½ = ⅓.
    const options = {
      axes: [2, 3],
      keep_aspect_ratio_policy: 'not_larger',
      mode: 'linear',
      coordinate_transformation_mode: 'half_pixel',
    };
    const [shape, data] = numbers([1, 1, 4, 5], 18, y('Resize', 'k - - s', options), integers('s', 4, 3)) as [
      Shape,
      number[],
    ];
    expect(shape).toEqual([1, 1, 2, 3]);
    // 1 + ⅓ · 5 + ⅓, three roundings of numbers below 8.
    expect(Math.abs((data[0] as number) - 3)).toBeLessThan(3 * 8 * 2 ** -24);
  });
});

test('training is told apart from inference', () => {
  const refusedTraining = (opset: number, one: NodeProto, ...initializers: readonly TensorProto[]) =>
    expect(refused({ inputs: { x: image }, nodes: [one], opset, initializers }).message).toMatch(/training mode/);
  refusedTraining(6, y('Dropout', 'x'));
  refusedTraining(13, y('Dropout', 'x - t'), flag('t', true));
  refusedTraining(6, y('BatchNormalization', 'x c c c c'), channels);
  refusedTraining(15, y('BatchNormalization', 'x c c c c', { training_mode: 1 }), channels);
});

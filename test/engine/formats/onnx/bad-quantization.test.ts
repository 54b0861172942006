/** QuantizeLinear and DequantizeLinear, used wrongly or beyond what is supported: a sentence that names the node. */
import { readFileSync } from 'node:fs';
import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../../engine/errors.ts';
import { importOnnx } from '../../../../engine/formats/onnx/import-model.ts';
import {
  TensorProto_DataType as DataType,
  type NodeProto,
  type TensorProto,
  TensorProtoSchema,
} from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import { writeTensor } from '../../../../engine/formats/onnx/tensor.ts';
import type { Shape } from '../../../../engine/tensor.ts';
import { node, weights } from './models.ts';
import { refused } from './refusal.ts';
import { runModel } from './run.ts';

const floats = (name: string, shape: Shape, ...values: readonly number[]) =>
  writeTensor(name, shape, Float32Array.from(values));
const bytes = (name: string, shape: Shape, ...values: readonly number[]) =>
  writeTensor(name, shape, Uint8Array.from(values));
const signed = (name: string, shape: Shape, ...values: readonly number[]) =>
  writeTensor(name, shape, Int8Array.from(values));
/** A tensor of any type, in the list that small integers lie in. */
const listed = (name: string, dataType: number, dims: readonly bigint[], int32Data: number[]) =>
  create(TensorProtoSchema, { name, dataType, dims: [...dims], int32Data });
const raw = (name: string, dataType: number, count: number) =>
  create(TensorProtoSchema, { name, dataType, dims: [BigInt(count)], rawData: new Uint8Array(count) });

const INT4 = 22;
const FLOAT8 = 17;

const quantize = node('QuantizeLinear', 'x s z', 'y');
const scale = floats('s', [], 0.5);
const zero = bytes('z', [], 3);

type Case = readonly [string, NodeProto, readonly TensorProto[], RegExp];

const scaleCases: readonly Case[] = [
  ...[0, -0.5, Number.NaN, Number.POSITIVE_INFINITY, -0, 3e38].map(
    (value): Case => [
      `a scale of ${Object.is(value, -0) ? '−0' : value}`,
      quantize,
      [floats('s', [], value), zero],
      /its scale is (0|-0\.5|NaN|Infinity|\d.*e\+38), expected a finite number above 0/,
    ],
  ),
  [
    'one wrong scale of four',
    node('DequantizeLinear', 'w s', 'y', { axis: 0 }),
    [bytes('w', [4], 1, 2, 3, 4), floats('s', [4], 1, 2, -3, 4)],
    /its scale is -3/,
  ],
  ['a scale of integers', quantize, [bytes('s', [], 1), zero], /its scale is uint8, expected float32/],
  ['no scale', node('QuantizeLinear', 'x', 'y'), [], /input 1 is missing/],
  ['a scale that every run computes', node('QuantizeLinear', 'x r z', 'y'), [zero], /the scale \(input 1\) must be/],
  ['a zero point that every run computes', node('QuantizeLinear', 'x s r', 'y'), [scale], /the zero point \(input 2\)/],
  ['scales of blocks', node('QuantizeLinear', 'x s z', 'y', { block_size: 2 }), [scale, zero], /block_size/],
  [
    'known integers with scales of blocks',
    node('DequantizeLinear', 'w s', 'y', { block_size: 2, axis: 0 }),
    [bytes('w', [4], 1, 2, 3, 4), floats('s', [2], 1, 2)],
    /scales of blocks \(block_size\) are not supported/,
  ],
  [
    'scales of two axes',
    node('DequantizeLinear', 'w s', 'y'),
    [bytes('w', [2, 2], 1, 2, 3, 4), floats('s', [2, 2], 1, 2, 3, 4)],
    /its scale is \[2,2\], only one number or one axis/,
  ],
  [
    'an axis that is not there',
    node('DequantizeLinear', 'w s', 'y', { axis: 2 }),
    [bytes('w', [2, 2], 1, 2, 3, 4), floats('s', [2], 1, 2)],
    /axis 2 is not one of 2/,
  ],
  [
    'an axis before the first',
    node('DequantizeLinear', 'w s', 'y', { axis: -3 }),
    [bytes('w', [2, 2], 1, 2, 3, 4), floats('s', [2], 1, 2)],
    /axis -3 is not one of 2/,
  ],
  [
    'more scales than places',
    node('DequantizeLinear', 'w s', 'y', { axis: 0 }),
    [bytes('w', [2, 2], 1, 2, 3, 4), floats('s', [3], 1, 2, 3)],
    /axis 0 of \[2,2\] has 2 places, its scale has 3 numbers/,
  ],
  [
    'a scale a channel of a value of the run',
    node('QuantizeLinear', 'x s z', 'y', { axis: 1 }),
    [floats('s', [3], 1, 2, 3), bytes('z', [3], 0, 0, 0)],
    /its input is computed by every run, one scale is supported there, it has 3/,
  ],
];

const zeroPointCases: readonly Case[] = [
  [
    'fewer zero points than scales',
    node('DequantizeLinear', 'w s z', 'y', { axis: 0 }),
    [bytes('w', [2], 1, 2), floats('s', [2], 1, 2), bytes('z', [1], 0)],
    /it has 2 scales and 1 zero points/,
  ],
  [
    'a zero point of another type than the integers',
    node('DequantizeLinear', 'w s z', 'y'),
    [bytes('w', [2], 1, 2), scale, signed('z', [], 0)],
    /its zero point is int8, only uint8 is supported here/,
  ],
  ['a zero point of f32', quantize, [scale, floats('z', [], 0)], /its zero point is float32, only uint8 or int8/],
  ['int16', quantize, [scale, listed('z', DataType.INT16, [], [7])], /its zero point is int16/],
  ['a zero point beyond', quantize, [scale, listed('z', DataType.UINT8, [], [256])], /element 0 is 256, expected 0 to/],
  ['a zero point below', quantize, [scale, listed('z', DataType.INT8, [], [-129])], /element 0 is -129, expected -128/],
  ['float8', quantize, [scale, raw('z', FLOAT8, 1)], /elements of type float8e4m3fn are not supported/],
  ['int4', node('DequantizeLinear', 'w s', 'y'), [raw('w', INT4, 4), scale], /elements of type int4 are not supported/],
  [
    'float8 by an attribute',
    node('QuantizeLinear', 'x s', 'y', { output_dtype: FLOAT8 }),
    [scale],
    /its output_dtype is float8e4m3fn, only uint8 or int8 is supported here/,
  ],
  [
    'two types at once',
    node('QuantizeLinear', 'x s z', 'y', { output_dtype: DataType.INT8 }),
    [scale, zero],
    /its zero point is uint8, its output_dtype int8/,
  ],
];

const inputCases: readonly Case[] = [
  ['integers from no quantizer', node('DequantizeLinear', 'x s', 'y'), [scale], /expected what a QuantizeLinear makes/],
  [
    'known numbers that are no integers',
    node('DequantizeLinear', 'w s', 'y'),
    [weights('w', [3]), scale],
    /its input is float32, only uint8, int8, int32/,
  ],
  ['nothing', node('DequantizeLinear', '- s', 'y'), [scale], /input 0 is missing/],
];

describe.each([
  ['scales', scaleCases],
  ['zero points and types', zeroPointCases],
  ['inputs', inputCases],
] as const)('%s', (_, cases) => {
  test.each(cases)('%s: refused', (__, one, initializers, message) => {
    const nodes = [node('ReduceSum', 'x', 'r', { keepdims: 0 }), one];
    const text = refused({ inputs: { x: [1, 3, 4, 4] }, nodes, initializers }).message;
    expect(text).toMatch(message);
    expect(text).toMatch(new RegExp(`^node "y" \\(${one.opType}\\): `));
  });
});

describe('integers that are read by others', () => {
  const levels = node('QuantizeLinear', 'x s z', 'q');
  const refusedBehind = (...nodes: readonly NodeProto[]) =>
    refused({ inputs: { x: [1, 2, 4, 4] }, nodes: [levels, ...nodes], initializers: [scale, zero, floats('t', [], 2)] })
      .message;

  test.each<[string, NodeProto]>([
    ['Relu', node('Relu', 'q', 'y')],
    ['Add', node('Add', 'q q', 'y')],
    ['AveragePool', node('AveragePool', 'q', 'y', { kernel_shape: [2, 2] })],
    ['Cast', node('Cast', 'q', 'y', { to: DataType.FLOAT })],
    ['QuantizeLinear', node('QuantizeLinear', 'q s z', 'y')],
  ])('%s computes with them', (type, one) => {
    expect(refusedBehind(one)).toMatch(
      new RegExp(`^node "y" \\(${type}\\): it computes with uint8 at run time, only float32 is supported`),
    );
  });

  test('a lone QuantizeLinear leaves integers, which no output can hold', () => {
    const parts = { inputs: { x: [1, 2, 4, 4] }, nodes: [quantize], initializers: [scale, zero] };
    expect(refused(parts).message).toBe('output "y" holds uint8, only float32 is supported');
  });

  test('what undoes other levels than were made', () => {
    expect(refusedBehind(node('DequantizeLinear', 'q t z', 'y'))).toBe(
      'node "y" (DequantizeLinear): it must undo the QuantizeLinear before it: ' +
        'expected scale 0.5 and zero point 3, got scale 2 and zero point 3',
    );
  });

  test('integers of two scales put together', () => {
    const other = node('QuantizeLinear', 'x t z', 'p');
    expect(refusedBehind(other, node('Concat', 'q p', 'y', { axis: 1 }))).toMatch(
      /^node "y" \(Concat\): it puts together integers of different scales or zero points/,
    );
  });
});

test('a file with one byte changed is refused in a sentence, or runs', () => {
  const whole = readFileSync(new URL('../../../fixtures/onnx/qdq-network/model.onnx', import.meta.url));
  const counts = { refused: 0, ran: 0 };
  for (let place = 0; place < whole.length; place += 5) {
    const bytes = Uint8Array.from(whole);
    bytes[place] = (bytes[place] as number) ^ (1 << (place % 8));
    try {
      runModel(importOnnx(bytes));
      counts.ran++;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      counts.refused++;
    }
  }
  expect(counts.refused).toBeGreaterThan(100);
  expect(counts.ran).toBeGreaterThan(100);
});

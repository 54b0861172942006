/** Operator sets and tensors that are wrong or beyond what is supported. */
import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import {
  TensorProto_DataType as DataType,
  ModelProtoSchema,
  TensorProtoSchema,
} from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import { modelProto, node } from './models.ts';
import { refusal, refused } from './refusal.ts';

const x = { x: [1, 3, 4, 4] };
const relu = node('Relu', 'x', 'y');

describe('operator sets', () => {
  test.each([[0], [22], [100]])('%i is not supported', (opset) => {
    expect(refused({ inputs: x, nodes: [relu], opset }).message).toMatch(
      `operator set ${opset}; 1 to 21 are supported`,
    );
  });

  test('none is none', () => {
    const proto = modelProto({ inputs: x, nodes: [relu] });
    proto.opsetImport = [];
    expect(refusal(toBinary(ModelProtoSchema, proto)).message).toMatch(/there is no operator set in it/);
  });

  test('those of another domain alone are none', () => {
    const proto = modelProto({ inputs: x, nodes: [relu] });
    proto.opsetImport[0]!.domain = 'com.acme';
    expect(refusal(toBinary(ModelProtoSchema, proto)).message).toMatch(/operators of com.acme alone/);
  });
});

describe('tensors', () => {
  const withTensor = (parts: Parameters<typeof create<typeof TensorProtoSchema>>[1]) =>
    refused({
      inputs: { x: [2, 2] },
      nodes: [node('Add', 'x w', 'y')],
      initializers: [create(TensorProtoSchema, { name: 'w', dims: [2n, 2n], dataType: DataType.FLOAT, ...parts })],
    });

  test.each<[string, Parameters<typeof withTensor>[0], RegExp]>([
    ['too few elements', { floatData: [1, 2, 3] }, /expected 4 elements, got 3/],
    ['too many elements', { floatData: [1, 2, 3, 4, 5] }, /expected 4 elements, got 5/],
    ['no elements', {}, /expected 4 elements, got 0/],
    ['raw data that is cut off', { rawData: new Uint8Array(15) }, /expected 16 bytes, got 15/],
    ['raw data of another type', { rawData: new Uint8Array(32) }, /expected 16 bytes, got 32/],
    ['strings', { dataType: DataType.STRING }, /elements of type string are not supported/],
    ['an unknown type', { dataType: 99 }, /elements of type type 99 are not supported/],
    ['a negative side', { dims: [-2n, -2n], floatData: [1, 2, 3, 4] }, /a side is negative/],
    ['a side of 2⁴⁰', { dims: [2n ** 40n] }, /expected 1099511627776 elements, got 0/],
    ['sides whose product is infinite', { dims: Array(16).fill(2n ** 62n) }, /expected \d\.\d+e\+298 elements/],
    ['a million axes', { dims: Array(1_000_000).fill(1n), floatData: [1] }, /has 1000000 axes, at most 16/],
    ['NaN', { floatData: [1, Number.NaN, 3, 4] }, /constants must be finite: element 1 of \[2,2\] is NaN/],
    [
      'infinity',
      { floatData: [1, 2, 3, Number.POSITIVE_INFINITY] },
      /must be finite: element 3 of \[2,2\] is Infinity/,
    ],
    ['integers', { dataType: DataType.INT32, int32Data: [1, 2, 3, 4] }, /combines a run-time value with int32/],
  ])('%s: refused', (_, parts, message) => {
    const error = withTensor(parts);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^node "y" \(Add\): /);
  });

  test('sparse ones are refused', () => {
    const proto = modelProto({ inputs: x, nodes: [relu] });
    proto.graph!.sparseInitializer = [{ $typeName: 'onnx.SparseTensorProto', dims: [4n] }];
    expect(refusal(toBinary(ModelProtoSchema, proto)).message).toMatch(/sparse initializers/);
  });
});

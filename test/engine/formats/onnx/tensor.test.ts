/** Tensors of all types and in all the ways in which a file may hold them. */
import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TensorProto_DataType as DataType, TensorProtoSchema } from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import { type ReadExternal, readTensor, writeIntegers, writeTensor } from '../../../../engine/formats/onnx/tensor.ts';

type Parts = Parameters<typeof create<typeof TensorProtoSchema>>[1];

const nothing: ReadExternal = () => {
  throw new Error('nothing lies outside');
};

const read = (parts: Parts, readExternal = nothing) =>
  readTensor(create(TensorProtoSchema, { name: 'w', ...parts }), readExternal);

const bytes = (...values: readonly number[]) => Uint8Array.from(values);

describe('element types', () => {
  test.each<[string, Parts, readonly number[]]>([
    ['float32', { dataType: DataType.FLOAT, rawData: bytes(0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc1) }, [1, -10]],
    ['float32', { dataType: DataType.FLOAT, floatData: [1, -10] }, [1, -10]],
    [
      'float64',
      { dataType: DataType.DOUBLE, rawData: bytes(0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0) },
      [1, -2],
    ],
    ['float64', { dataType: DataType.DOUBLE, doubleData: [0.1, 2 ** 60] }, [0.1, 2 ** 60]],
    ['float16', { dataType: DataType.FLOAT16, rawData: bytes(0, 0x3c, 0, 0xc0) }, [1, -2]],
    ['float16', { dataType: DataType.FLOAT16, int32Data: [0x3c00, 0xfbff] }, [1, -65_504]],
    ['bfloat16', { dataType: DataType.BFLOAT16, rawData: bytes(0x80, 0x3f, 0, 0xc0) }, [1, -2]],
    ['bfloat16', { dataType: DataType.BFLOAT16, int32Data: [0x3f80, 0xc000] }, [1, -2]],
    ['int8', { dataType: DataType.INT8, rawData: bytes(0xff, 0x7f) }, [-1, 127]],
    ['int8', { dataType: DataType.INT8, int32Data: [-1, 127] }, [-1, 127]],
    ['uint8', { dataType: DataType.UINT8, rawData: bytes(0xff, 0x7f) }, [255, 127]],
    ['int16', { dataType: DataType.INT16, rawData: bytes(0xfe, 0xff, 0, 1) }, [-2, 256]],
    ['uint16', { dataType: DataType.UINT16, rawData: bytes(0xfe, 0xff, 0, 1) }, [65_534, 256]],
    ['int32', { dataType: DataType.INT32, rawData: bytes(0xfe, 0xff, 0xff, 0xff, 0, 0, 1, 0) }, [-2, 65_536]],
    [
      'uint32',
      { dataType: DataType.UINT32, rawData: bytes(0xfe, 0xff, 0xff, 0xff, 0, 0, 1, 0) },
      [2 ** 32 - 2, 65_536],
    ],
    ['uint32', { dataType: DataType.UINT32, uint64Data: [1n, 2n] }, [1, 2]],
    [
      'int64',
      { dataType: DataType.INT64, rawData: bytes(...Array(8).fill(0xff), 0, 0, 0, 0, 1, 0, 0, 0) },
      [-1, 2 ** 32],
    ],
    ['int64', { dataType: DataType.INT64, int64Data: [-1n, 2n ** 63n - 1n] }, [-1, 2 ** 63]],
    [
      'uint64',
      { dataType: DataType.UINT64, rawData: bytes(...Array(8).fill(0xff), 1, 0, 0, 0, 0, 0, 0, 0) },
      [2 ** 64, 1],
    ],
    ['bool', { dataType: DataType.BOOL, rawData: bytes(0, 1) }, [0, 1]],
    ['bool', { dataType: DataType.BOOL, int32Data: [0, 1] }, [0, 1]],
  ])('%s', (type, parts, values) => {
    const constant = read({ dims: [2n], ...parts });
    expect(constant.type).toBe(type);
    expect([...constant.data]).toEqual(values);
  });

  test('a tensor has any number of elements', () => {
    const one = read({ dims: [], dataType: DataType.FLOAT, floatData: [3] });
    expect([one.shape, [...one.data]]).toEqual([[], [3]]);
    const none = read({ dims: [2n, 0n, 3n], dataType: DataType.FLOAT });
    expect([none.shape, [...none.data]]).toEqual([[2, 0, 3], []]);
  });

  test('raw data need not lie at a multiple of its elements', () => {
    const buffer = bytes(7, 0, 0, 0x80, 0x3f);
    expect([...read({ dims: [1n], dataType: DataType.FLOAT, rawData: buffer.subarray(1) }).data]).toEqual([1]);
  });
});

test('what is written is read again', () => {
  const values = fc.array(fc.float({ noNaN: true }), { maxLength: 20 }).map((list) => Float32Array.from(list));
  fc.assert(
    fc.property(values, (data) => {
      expect(readTensor(writeTensor('a', [data.length, 1], data), nothing).data).toEqual(data);
    }),
  );
  expect(readTensor(writeIntegers('a', [1, -2, 2 ** 40]), nothing)).toEqual({
    type: 'int64',
    shape: [3],
    data: Float64Array.of(1, -2, 2 ** 40),
  });
});

describe('external data', () => {
  const external = (entries: Readonly<Record<string, string>>, readExternal?: ReadExternal) =>
    read(
      {
        dims: [2n],
        dataType: DataType.FLOAT,
        dataLocation: 1,
        externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
      },
      readExternal,
    );

  test.each([
    [{ location: 'a.bin' }, 'a.bin', 0],
    [{ location: 'a.bin', offset: '16' }, 'a.bin', 16],
    [{ location: 'dir/a.bin', offset: '4', length: '8', checksum: 'abc' }, 'dir/a.bin', 4],
  ])('%j asks for the bytes of the shape', (entries, location, offset) => {
    const asked: unknown[] = [];
    const constant = external(entries, (...request) => {
      asked.push(request);
      return bytes(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0);
    });
    expect([...constant.data]).toEqual([1, -2]);
    expect(asked).toEqual([[location, offset, 8]]);
  });

  test.each([
    [{}, /"w" \[2\]: its external data has no location/],
    [{ location: '' }, /no location/],
    [{ location: 'a', offset: '-1' }, /no offset "-1"/],
    [{ location: 'a', offset: 'x' }, /no offset "x"/],
    [{ location: 'a', offset: '1e99' }, /no offset "1e99"/],
    [{ location: 'a', offset: '0.5' }, /no offset "0.5"/],
    [{ location: 'a', length: '7' }, /expected 8 bytes, its external data has 7/],
    [{ location: 'a', length: '-8' }, /expected 8 bytes, its external data has -8/],
    [{ location: 'a', length: '1000000000000' }, /expected 8 bytes/],
  ])('%j is refused before anything is read', (entries, message) => {
    expect(() => external(entries)).toThrow(message);
  });

  test('of another length than was asked for is refused', () => {
    expect(() => external({ location: 'a' }, () => new Uint8Array(4))).toThrow(/expected 8 bytes, got 4/);
  });
});

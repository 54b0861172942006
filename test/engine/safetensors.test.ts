import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../engine/errors.ts';
import { parseHeader, readTensor, safetensorsLimits, writeSafetensors } from '../../engine/safetensors.ts';
import type { Tensor } from '../../engine/tensor.ts';

/** A file with a header written by hand. */
function file(header: unknown, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const parse = (bytes: Uint8Array) => parseHeader(bytes, bytes.length);
const entry = (start: number, end: number, shape = [(end - start) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [start, end],
});

describe('safetensors', () => {
  test('what is written is read: any names, shapes and finite values', () => {
    const tensor = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }).chain((shape) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const data = fc.float32Array({ minLength: count, maxLength: count, noNaN: true, noDefaultInfinity: true });
      return data.map((values): Tensor => ({ shape, data: values }));
    });
    const name = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__' && text !== '__metadata__');
    // Names that JavaScript's objects have by themselves come up more often than chance would have it.
    const key = fc.oneof(
      fc.string().filter((text) => text !== '__proto__'),
      fc.constantFrom('prototype', 'constructor', 'toString', 'hasOwnProperty'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, tensor)), fc.dictionary(key, fc.string()), (pairs, metadata) => {
        const tensors = new Map(pairs);
        const bytes = writeSafetensors(metadata, tensors);
        const header = parse(bytes);
        expect({ ...header.metadata }).toEqual({ ...metadata });
        expect(header.tensors.map((t) => t.name).sort()).toEqual([...tensors.keys()].sort());
        for (const t of header.tensors) expect(readTensor(bytes, t)).toEqual(tensors.get(t.name));
        expect(writeSafetensors(metadata, new Map([...tensors].reverse()))).toEqual(bytes);
      }),
    );
  });

  test('a tensor read from a view into a larger buffer is a copy', () => {
    const bytes = writeSafetensors({}, new Map([['t', { shape: [2], data: Float32Array.of(1, 2) }]]));
    const pool = Buffer.alloc(bytes.length + 24);
    const view = pool.subarray(13, 13 + bytes.length);
    view.set(bytes);
    const { data } = readTensor(view, parse(view).tensors[0]!);
    pool.fill(0);
    expect(data).toEqual(Float32Array.of(1, 2));
  });

  test('F16 storage rounds to the nearest half', () => {
    const data = Float32Array.of(1, -2.5, 1 / 3, 65504, 0);
    const bytes = writeSafetensors({}, new Map([['t', { shape: [5], data: Float16Array.from(data) }]]));
    expect(readTensor(bytes, parse(bytes).tensors[0]!).data).toEqual(Float32Array.from(data, Math.f16round));
  });

  test.each<[string, Uint8Array, string, RegExp]>([
    ['an empty file', new Uint8Array(0), 'invalid-model', /0 bytes/],
    ['another magic', new TextEncoder().encode('PK\x03\x04 and so on and on'), 'limit-exceeded', /no safetensors/],
    ['a truncated header', file({}, 0).subarray(0, 9), 'invalid-model', /truncated/],
    ['a header that is no JSON', file('{"a":', 0), 'invalid-model', /not JSON/],
    ['a header that is a list', file([], 0), 'invalid-model', /object/],
    ['truncated data', file({ a: entry(0, 8) }, 4), 'invalid-model', /truncated/],
    ['bytes behind the data', file({ a: entry(0, 8) }, 12), 'invalid-model', /behind/],
    ['overlapping tensors', file({ a: entry(0, 8), b: entry(4, 12) }, 12), 'invalid-model', /overlaps/],
    ['a hole', file({ a: entry(0, 8), b: entry(12, 16) }, 16), 'invalid-model', /hole/],
    ['offsets beyond the file', file({ a: entry(0, 4_000_000) }, 8), 'invalid-model', /truncated/],
    ['a shape that does not match', file({ a: entry(0, 8, [3]) }, 8), 'invalid-model', /12 bytes/],
    [
      'a product of sides over 2^53',
      file({ a: entry(0, 8, [2 ** 30, 2 ** 30, 2 ** 30]) }, 8),
      'invalid-model',
      /takes/,
    ],
    ['a negative side', file({ a: entry(0, 8, [-2]) }, 8), 'invalid-model', /shape/],
    ['an unknown datatype', file({ a: { ...entry(0, 8), dtype: 'BF17' } }, 8), 'invalid-model', /BF17/],
    [
      'a tensor named __proto__',
      file('{"__proto__":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}', 4),
      'invalid-model',
      /__proto__/,
    ],
    [
      'a tensor that is there twice',
      file(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        4,
      ),
      'invalid-model',
      /twice/,
    ],
    ['metadata that are no text', file({ __metadata__: { a: 1 } }, 0), 'invalid-model', /__metadata__/],
  ])('refuses %s', (_, bytes, code, message) => {
    expect(() => parse(bytes)).toThrow(EngineError);
    expect(() => parse(bytes)).toThrow(message);
    try {
      parse(bytes);
    } catch (error) {
      expect((error as EngineError).code).toBe(code);
    }
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses a weight of %s', (value) => {
    const bytes = writeSafetensors({}, new Map([['w', { shape: [3], data: Float32Array.of(0, value, 0) }]]));
    expect(() => readTensor(bytes, parse(bytes).tensors[0]!)).toThrow(/"w": element 1/);
  });

  test('a header may claim 2^63 bytes', () => {
    const bytes = new Uint8Array(16).fill(255);
    expect(() => parse(bytes)).toThrow(String(safetensorsLimits.headerBytes));
  });
});

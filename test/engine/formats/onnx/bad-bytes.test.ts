/** Files that are none, cut off or damaged: an EngineError, or a model that runs. */
import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../../engine/errors.ts';
import { importOnnx } from '../../../../engine/formats/onnx/import-model.ts';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
} from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import { elementCount } from '../../../../engine/tensor.ts';
import { float, integers, modelProto, node, onnxFile, weights } from './models.ts';
import { runModel } from './run.ts';

/** Some of everything: windows, shapes, attributes of all kinds, folding. */
const small = onnxFile({
  inputs: { x: [1, 2, 4, 4] },
  nodes: [
    node('Conv', 'x w b', 'a', { pads: [1, 1, 1, 1], auto_pad: 'NOTSET' }),
    node('LeakyRelu', 'a', 'c', { alpha: float(0.25) }),
    node('Shape', 'c', 's'),
    node('Slice', 's zero two', 't'),
    node('Concat', 't open', 'u', { axis: 0 }),
    node('Reshape', 'c u', 'd'),
    node('Transpose', 'd', 'e', { perm: [0, 2, 1] }),
    node('Softmax', 'e', 'f', { axis: -1 }),
    node('ReduceMean', 'f zero', 'g', { keepdims: 0 }),
    node('Gemm', 'g m', 'y', { transB: 1 }),
  ],
  initializers: [
    weights('w', [3, 2, 3, 3]),
    weights('b', [3], 8),
    weights('m', [2, 3], 9),
    integers('zero', 0),
    integers('two', 2),
    integers('open', -1),
  ],
});

/** Elements up to which a damaged model is run as well as imported. */
const MOST = 1_000_000;

/** Imports; what is imported runs. Any other error than an EngineError fails the test. */
function survives(file: Uint8Array): 'imported' | 'refused' {
  try {
    const model = importOnnx(file);
    if (model.graph.inputs.every(({ shape }) => elementCount(shape) < MOST)) runModel(model);
    return 'imported';
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // Nothing of how it is built: a sentence.
    expect(error.message).not.toMatch(/undefined|NaN is not|Cannot read|is not a function|\[object/);
    return 'refused';
  }
}

describe('a damaged file', () => {
  test('is whole to begin with', () => {
    expect(survives(small)).toBe('imported');
  });

  test('cut off at any byte', () => {
    const outcomes = Array.from(small, (_, length) => survives(small.subarray(0, length)));
    expect(outcomes.filter((outcome) => outcome === 'refused').length).toBeGreaterThan(small.length * 0.9);
  });

  test('with one byte changed', () => {
    const counts = { imported: 0, refused: 0 };
    fc.assert(
      fc.property(fc.nat(small.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const file = small.slice();
        file[at] = (file[at] as number) ^ change;
        counts[survives(file)]++;
      }),
      { numRuns: 2000 },
    );
    // Weights may be anything, structure may not.
    expect(counts.imported).toBeGreaterThan(100);
    expect(counts.refused).toBeGreaterThan(100);
  });

  test('with bytes taken out or put in', () => {
    const change = fc.record({ at: fc.nat(small.length - 1), out: fc.nat(8), bytes: fc.uint8Array({ maxLength: 8 }) });
    fc.assert(
      fc.property(change, ({ at, out, bytes }) => {
        survives(Uint8Array.from([...small.subarray(0, at), ...bytes, ...small.subarray(at + out)]));
      }),
      { numRuns: 1000 },
    );
  });

  test('of random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        survives(bytes);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a file that is none', () => {
  const text = (characters: string) => new TextEncoder().encode(characters);

  test.each([
    ['empty', new Uint8Array()],
    ['text', text('this is not a model\n'.repeat(10))],
    ['JSON', text('{"format":"borde/1"}')],
    ['a PNG', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52])],
    ['a zip', Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0])],
    ['zeros', new Uint8Array(1000)],
    // Field 7, the graph, of a gigabyte; and a node of one inside a graph of seven bytes.
    ['a length of 1 GB', Uint8Array.from([0x3a, 0x80, 0x80, 0x80, 0x80, 4, 0x0a])],
    ['a node of 1 GB', Uint8Array.from([0x3a, 7, 0x0a, 0x80, 0x80, 0x80, 0x80, 4, 0])],
    ['a length of 2⁶⁴ − 1', Uint8Array.from([0x3a, ...Array(9).fill(0xff), 1])],
  ])('%s is told so', (_, file) => {
    expect(survives(file)).toBe('refused');
    expect(() => importOnnx(file)).toThrow(/^not an ONNX model, or one that is cut off: /);
  });

  test('graphs inside graphs inside graphs do not overflow the stack', () => {
    let graph = create(GraphProtoSchema, {});
    for (let depth = 0; depth < 3; depth++) {
      const then = create(AttributeProtoSchema, { name: 'then', type: AttributeProto_AttributeType.GRAPH, g: graph });
      graph = create(GraphProtoSchema, { node: [create(NodeProtoSchema, { opType: 'If', attribute: [then] })] });
    }
    const [inner] = [toBinary(GraphProtoSchema, graph)];
    // Deeper than create() and toBinary() go themselves: each layer is put around the bytes of the one before.
    let bytes: Uint8Array = inner as Uint8Array;
    for (let depth = 0; depth < 20_000; depth++) bytes = field(1, field(5, field(6, bytes)));
    expect(survives(Uint8Array.from([0x42, 2, 0x10, 17, ...field(7, bytes)]))).toBe('refused');
  });
});

/** A length-delimited protobuf field. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  const head = [(number << 3) | 2];
  for (let rest = bytes.length; ; rest >>>= 7) {
    head.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  const file = new Uint8Array(head.length + bytes.length);
  file.set(head);
  file.set(bytes, head.length);
  return file;
}

test('what nobody reads may be wrong: nodes and tensors beside the way to the outputs', () => {
  const proto = modelProto({
    inputs: { x: [1] },
    nodes: [node('Relu', 'x', 'y'), node('Foo', 'nothing', 'z')],
    initializers: [weights('w', [1])],
  });
  proto.graph!.initializer[0]!.rawData = new Uint8Array(3);
  expect(survives(toBinary(ModelProtoSchema, proto))).toBe('imported');
});

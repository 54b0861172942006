/** Graphs and inputs that are wrong, hostile or beyond what is supported: one EngineError that says where, soon. */
import { toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../../engine/errors.ts';
import { TensorProto_DataType as DataType, ModelProtoSchema } from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import type { Shape } from '../../../../engine/tensor.ts';
import { integers, type ModelParts, modelProto, node, valueInfo, weights } from './models.ts';
import { refusal, refused, refusedNode } from './refusal.ts';

const x = { x: [1, 3, 4, 4] };
const relu = node('Relu', 'x', 'y');

describe('operators that are unknown', () => {
  test('are listed at once, with domains and nodes', () => {
    const { code, message } = refused({
      inputs: x,
      nodes: [
        node('Foo', 'x', 'a'),
        node('Bar', 'a', 'b', {}, 'com.acme'),
        node('Foo', 'b', 'c'),
        node('Relu', 'c', 'd', {}, 'com.acme'),
        node('If', 'd', 'e'),
        node('Loop', 'e - d', 'y'),
      ],
    });
    expect(code).toBe('unsupported-model');
    expect(message).toBe(
      'operators that are not supported: Foo (nodes "a", "c"); com.acme.Bar (node "b"); com.acme.Relu (node "d"); ' +
        'If (node "e"); Loop (node "y")',
    );
  });

  test('are no names of Object', () => {
    expect(refused({ inputs: x, nodes: [node('constructor', 'x', 'y')] }).message).toMatch(/constructor \(node "y"\)/);
    expect(refused({ inputs: x, nodes: [node('__proto__', 'x', 'y')] }).message).toMatch(/__proto__ \(node "y"\)/);
  });

  test('many of one kind are counted', () => {
    const nodes = Array.from({ length: 50_000 }, (_, i) => node('Foo', i === 0 ? 'x' : `v${i - 1}`, `v${i}`));
    expect(refused({ inputs: x, nodes, outputs: ['v49999'] }).message).toMatch(
      /Foo \(nodes "v0", "v1", "v2" and 49997 more\)/,
    );
  });

  test('that exist for known values alone say so', () => {
    expect(refusedNode(node('Not', 'x', 'y'), [2])).toMatch(/known at import alone/);
  });
});

describe('shapes of inputs', () => {
  const open: ModelParts = {
    inputs: { a: ['batch', 3], b: [2, 'width'], c: [2, 3] },
    nodes: [node('Sum', 'a b c', 'y')],
  };

  test('that are open are listed at once', () => {
    const { code, message } = refused(open);
    expect(code).toBe('invalid-input');
    expect(message).toBe(
      'the shapes of inputs are open in the file: "a" [batch,3], "b" [2,width]; every side must be given, for example a=1,3',
    );
    expect(refused(open, { shapes: { a: [2, 3] } }).message).toMatch(/the shape of an input is open in the file: "b" /);
  });

  test.each<[string, Record<string, Shape>, ErrorCode, RegExp]>([
    [
      'another number of axes',
      { a: [2, 3, 1], b: [2, 3] },
      'shape-mismatch',
      /"a": its shape is \[batch,3\], \[2,3,1\] was given/,
    ],
    ['a contradiction', { a: [2, 4], b: [2, 3] }, 'shape-mismatch', /"a": its shape is \[batch,3\], \[2,4\] was given/],
    ['an unknown name', { a: [2, 3], b: [2, 3], d: [1] }, 'invalid-input', /"d"; the inputs are "a", "b", "c"/],
    ['a side of -1', { a: [-1, 3], b: [2, 3] }, 'shape-mismatch', /"a": sides are 0 or more, got \[-1,3\]/],
    ['half a side', { a: [0.5, 3], b: [2, 3] }, 'shape-mismatch', /"a": sides are 0 or more, got \[0.5,3\]/],
    [
      'what fits the file and not the graph',
      { a: [5, 3], b: [2, 3] },
      'shape-mismatch',
      /^node "y" \(Sum\): .*5 and 2/,
    ],
  ])('%s is refused', (_, shapes, code, message) => {
    const error = refused(open, { shapes });
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });

  test.each([['constructor'], ['__proto__'], ['toString']])('an open input named %s is open', (name) => {
    const parts = { inputs: Object.fromEntries([[name, ['n']]]), nodes: [node('Relu', name, 'y')] };
    expect(refused(parts).message).toContain(`${JSON.stringify(name)} [n]`);
  });

  test('seven axes are too many, in and out', () => {
    expect(refused({ inputs: { x: [1, 1, 1, 1, 1, 1, 2] }, nodes: [relu] }).message).toMatch(
      /input "x" has 7 axes, at most 6/,
    );
    const parts = {
      inputs: x,
      nodes: [node('Reshape', 'x s', 'y')],
      initializers: [integers('s', 1, 3, 1, 2, 1, 2, 4)],
    };
    expect(refused(parts).message).toMatch(/output "y" \[1,3,1,2,1,2,4\]: at most 6 axes/);
  });

  test.each([[[2 ** 40]], [[2 ** 31, 2 ** 31]], [[65_536, 65_536]], [[2 ** 40, 0]]])('%j is too large', (shape) => {
    expect(refused({ inputs: { x: shape }, nodes: [relu] }).code).toBe('limit-exceeded');
  });

  test('a negative side is refused', () => {
    expect(refused({ inputs: { x: [2, -3] }, nodes: [relu] }).message).toMatch(/sides are 0 or more/);
  });

  test.each([
    [DataType.INT64, 'int64'],
    [DataType.FLOAT16, 'float16'],
    [DataType.DOUBLE, 'float64'],
    [DataType.STRING, 'string'],
    [DataType.COMPLEX64, 'complex64'],
    [4711, 'type 4711'],
  ])('elements of type %i are no run-time input: %s', (type, name) => {
    const proto = modelProto({ nodes: [relu] });
    proto.graph!.input.push(valueInfo('x', [2], type));
    const { code, message } = refusal(toBinary(ModelProtoSchema, proto));
    expect(code).toBe('unsupported-model');
    expect(message).toBe(`input "x" holds ${name} at run time, only float32 is supported`);
  });
});

describe('graphs', () => {
  const chain = (length: number): ModelParts => ({
    inputs: { x: [1] },
    nodes: Array.from({ length }, (_, i) => node('Relu', i === 0 ? 'x' : `v${i - 1}`, `v${i}`)),
    outputs: [`v${length - 1}`],
  });

  test.each<[string, ModelParts, RegExp]>([
    ['a node that reads itself', { nodes: [node('Relu', 'y', 'y')] }, /^node "y" \(Relu\) is part of a cycle/],
    [
      'two nodes in a circle',
      { nodes: [node('Relu', 'y', 'a'), node('Relu', 'a', 'y')] },
      /^node "y" \(Relu\) is part of a cycle/,
    ],
    [
      'a long circle',
      { nodes: [...(chain(5000).nodes ?? []), node('Add', 'v4999 y', 'x'), node('Relu', 'v4999', 'y')] },
      /is part of a cycle/,
    ],
    [
      'an input that nobody computes',
      { inputs: x, nodes: [node('Add', 'x z', 'y')] },
      /^node "y" \(Add\) reads "z", which is neither/,
    ],
    [
      'an output that nobody computes',
      { inputs: x, nodes: [node('Relu', 'x', 'z')] },
      /the output "y" is not in the model/,
    ],
    [
      'an output without a name',
      { inputs: x, nodes: [relu], outputs: [''] },
      /the name of an output has 1 to 200 characters/,
    ],
    ['no output', { inputs: x, nodes: [relu], outputs: [] }, /the model has no outputs/],
    ['an output named twice', { inputs: x, nodes: [relu], outputs: ['y', 'y'] }, /the output "y" is named twice/],
    [
      'two nodes with one output',
      { inputs: x, nodes: [relu, node('Neg', 'x', 'y')] },
      /^node "y" \(Neg\) computes "y", as does node "y" \(Relu\)/,
    ],
    [
      'a node that computes an input',
      { inputs: x, nodes: [relu, node('Neg', 'y', 'x')] },
      /computes "x", which is an initializer or an input/,
    ],
    [
      'a node that computes an initializer',
      { inputs: x, nodes: [node('Relu', 'x', 'w'), node('Neg', 'w', 'y')], initializers: [weights('w', [1])] },
      /computes "w", which is an initializer or an input/,
    ],
    [
      'two initializers of one name',
      { inputs: x, nodes: [relu], initializers: [weights('w', [1]), weights('w', [2])] },
      /two initializers are named "w"/,
    ],
    [
      'a long name',
      { inputs: x, nodes: [node('Relu', 'x', 'y'.repeat(201))], outputs: ['y'.repeat(201)] },
      /the name of an output has 1 to 200 characters/,
    ],
    [
      'an output of a node that it has not',
      { inputs: x, nodes: [node('Relu', 'x', 'a b'), node('Neg', 'b', 'y')] },
      /^node "y" \(Neg\): "b", output 1 of node "a" \(Relu\), is not supported/,
    ],
  ])('%s: refused', (_, parts, message) => {
    expect(refused(parts).message).toMatch(message);
  });

  test('a name that a caller wants and the graph has not', () => {
    expect(refused({ inputs: x, nodes: [relu] }, { outputs: ['nothing'] }).message).toMatch(
      /"nothing" is not in the model/,
    );
    expect(refused({ inputs: x, nodes: [relu] }, { inputs: ['nothing'] }).message).toMatch(
      /"nothing" is not in the model/,
    );
    expect(refused({ inputs: x, nodes: [relu] }, { inputs: ['x', 'x'] }).message).toMatch(
      /the input "x" is named twice/,
    );
  });

  test('an output of another type than f32', () => {
    expect(refused({ inputs: x, nodes: [node('Shape', 'x', 'y')] }).message).toMatch(/output "y" holds int64/);
  });

  test('a hundred thousand nodes in a row are too many for a model, and no stack overflows', () => {
    const { code, message } = refused(chain(100_000));
    expect(code).toBe('limit-exceeded');
    expect(message).toBe('node "v10000" (Relu): the model needs more than 10000 nodes');
  });

  test('a million nodes are counted, not read', () => {
    // GraphProto.node (field 1) holds a NodeProto with one output (field 2) and a type (field 4).
    const one = [0x0a, 6, 0x12, 1, 0x79, 0x22, 1, 0x52];
    const { code, message } = refusal(graphOf(one, 1_000_000));
    expect(code).toBe('limit-exceeded');
    expect(message).toMatch(/1000000 nodes, at most 100000/);
  });

  test('ten million initializers are counted, not read', () => {
    expect(refusal(graphOf([0x2a, 0], 10_000_000)).message).toMatch(/10000000 entries, at most 1000000/);
  });
});

/** A ModelProto whose graph holds the same bytes over and over. */
function graphOf(one: readonly number[], times: number): Uint8Array {
  const length = one.length * times;
  const varint = [0, 7, 14, 21, 28].map((shift, i) => ((length >>> shift) & 0x7f) | (i < 4 ? 0x80 : 0));
  const opset = [0x42, 2, 0x10, 17];
  const file = new Uint8Array(opset.length + 1 + varint.length + length);
  file.set([...opset, 0x3a, ...varint]);
  const start = opset.length + 1 + varint.length;
  for (let i = 0; i < one.length; i++) {
    for (let at = start + i; at < file.length; at += one.length) file[at] = one[i] as number;
  }
  return file;
}

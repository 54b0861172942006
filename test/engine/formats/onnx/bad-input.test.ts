/** Models that are wrong, hostile or beyond what is supported: one EngineError that says where, soon and in little memory. */
import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { EngineError, type ErrorCode } from '../../../../engine/errors.ts';
import { type ImportOptions, importOnnx } from '../../../../engine/formats/onnx/import-model.ts';
import {
  TensorProto_DataType as DataType,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProtoSchema,
} from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import type { Shape } from '../../../../engine/tensor.ts';
import { float, integers, type ModelParts, modelProto, node, onnxFile, valueInfo, weights } from './models.ts';

/** What importing throws: an EngineError, or the test fails. */
function refusal(file: Uint8Array, options?: ImportOptions): EngineError {
  try {
    importOnnx(file, options);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error;
  }
  throw new Error('it was imported');
}

const refused = (parts: ModelParts, options?: ImportOptions): EngineError => refusal(onnxFile(parts), options);

/** x → y of one node, which is refused with its name and operator in front. */
function refusedNode(one: NodeProto, shape: Shape, initializers: readonly TensorProto[] = [], opset?: number): string {
  const parts = { inputs: { x: shape }, nodes: [one], initializers, ...(opset !== undefined && { opset }) };
  const { message } = refused(parts);
  expect(message).toMatch(new RegExp(`^node "${one.output.find((name) => name !== '')}" \\(${one.opType}\\): `));
  return message;
}

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

  test('ten thousand nodes of one name are named in time', () => {
    const parts = chain(10_000);
    for (const one of parts.nodes ?? []) one.name = 'same';
    const start = performance.now();
    const { graph } = importOnnx(onnxFile(parts));
    expect(new Set(graph.nodes.map(({ id }) => id)).size).toBe(10_000);
    // Linear: well below a second; comparing every name with all others takes many.
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test('a million nodes are counted, not read', () => {
    // GraphProto.node (field 1) holds a NodeProto with one output (field 2) and a type (field 4).
    const one = [0x0a, 6, 0x12, 1, 0x79, 0x22, 1, 0x52];
    const { code, message } = refusal(graphOf(one, 1_000_000));
    expect(code).toBe('limit-exceeded');
    expect(message).toMatch(/1000000 nodes, at most 100000/);
  }, 2000);

  test('ten million initializers are counted, not read', () => {
    expect(refusal(graphOf([0x2a, 0], 10_000_000)).message).toMatch(/10000000 entries, at most 1000000/);
  }, 2000);
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

describe('operators that are used wrongly', () => {
  const image: Shape = [1, 4, 6, 6];
  const filter = weights('w', [6, 4, 3, 3]);
  const per = (name: string, channels: number) => weights(name, [channels]);
  const norm = [per('s', 4), per('b', 4), per('m', 4), per('v', 4)];
  const conv = (attributes: Parameters<typeof node>[3] = {}) => node('Conv', 'x w', 'y', attributes);
  const pool = (attributes: Parameters<typeof node>[3] = {}) => node('MaxPool', 'x', 'y', attributes);

  test.each<[string, NodeProto, Shape, readonly TensorProto[], RegExp]>([
    [
      'a filter for other channels',
      conv(),
      [1, 3, 6, 6],
      [filter],
      /\[6,4,3,3\] expects 1 groups of 4 input channels, its input has 3/,
    ],
    ['a filter of another rank', conv(), image, [weights('w', [6, 4, 3])], /expected 3 or 4 axes/],
    [
      'a bias of another length',
      node('Conv', 'x w b', 'y'),
      image,
      [filter, per('b', 5)],
      /bias is expected as \[6\], the model has \[5\]/,
    ],
    [
      'a kernel_shape that contradicts',
      conv({ kernel_shape: [5, 5] }),
      image,
      [filter],
      /its kernel_shape is 5×5, its weights are 3×3/,
    ],
    ['groups that do not divide', conv({ group: 3 }), image, [filter], /expects 3 groups of 4/],
    [
      'filters that groups do not divide',
      conv({ group: 2 }),
      image,
      [weights('w', [5, 2, 3, 3])],
      /2 groups do not divide/,
    ],
    [
      'depthwise filters that channels do not divide',
      conv({ group: 4 }),
      image,
      [weights('w', [6, 1, 3, 3])],
      /multiplier/,
    ],
    ['no group', conv({ group: 0 }), image, [filter], /expects 0 groups/],
    ['negative groups', conv({ group: -1 }), image, [filter], /expects -1 groups/],
    ['a stride of 0', conv({ strides: [0, 1] }), image, [filter], /\$\.conv2d\.stride\[0\]: expected >=1, got 0/],
    ['a negative padding', conv({ pads: [-1, 0, 0, 0] }), image, [filter], /padding.*got -1/],
    ['a stride of 2⁴⁰', conv({ strides: [2 ** 40, 1] }), image, [filter], /stride/],
    ['three strides', conv({ strides: [1, 1, 1] }), image, [filter], /"strides": expected 2 numbers, got 3/],
    ['two paddings', conv({ pads: [1, 1] }), image, [filter], /"pads": expected 4 numbers, got 2/],
    ['a window larger than the image', conv({ dilations: [4, 4] }), image, [filter], /./],
    ['auto_pad of its own', conv({ auto_pad: 'HALF' }), image, [filter], /auto_pad HALF/],
    [
      'an attribute of another type',
      conv({ strides: 2 }),
      image,
      [filter],
      /attribute "strides": expected INTS, got INT/,
    ],
    [
      'a float for an integer',
      conv({ group: float(2) }),
      image,
      [filter],
      /attribute "group": expected INT, got FLOAT/,
    ],
    [
      'a filter that is computed',
      node('Conv', 'x x', 'y'),
      image,
      [],
      /the filter \(input 1\) must be known at import/,
    ],
    ['no filter', node('Conv', 'x', 'y'), image, [], /input 1 is missing/],
    ['a volume', conv(), [1, 4, 6], [weights('w', [6, 4, 3, 3])], /expected 3 or 4 axes/],
    [
      'a transposed filter for other channels',
      node('ConvTranspose', 'x w', 'y'),
      image,
      [filter],
      /expects 6 channels, its input has 4/,
    ],
    ['a pool without kernel_shape', pool(), image, [], /"kernel_shape" is missing/],
    ['a pool of matrices', pool({ kernel_shape: [2, 2] }), [4, 4], [], /expected \[N,C,H,W\] or \[N,C,L\]/],
    ['a pool of size 0', pool({ kernel_shape: [0, 2] }), image, [], /size\[0\]/],
    ['places of maxima', node('MaxPool', 'x', 'y i', { kernel_shape: [2, 2] }), image, [], /places of the maxima/],
    [
      'a scale of another length',
      node('BatchNormalization', 'x s b m v', 'y'),
      image,
      [per('s', 5), ...norm.slice(1)],
      /scale is expected as \[4\], the model has \[5\]/,
    ],
    [
      'a norm without variance',
      node('BatchNormalization', 'x s b m', 'y'),
      image,
      norm.slice(0, 3),
      /input 4 is missing/,
    ],
    [
      'a norm in training',
      node('BatchNormalization', 'x s b m v', 'y', { training_mode: 1 }),
      image,
      norm,
      /training mode/,
    ],
    [
      'groups of channels that do not divide',
      node('GroupNormalization', 'x s b', 'y', { num_groups: 3 }),
      image,
      [per('s', 3), per('b', 3)],
      /3 groups or 4 channels/,
    ],
    ['no groups of channels', node('GroupNormalization', 'x s b', 'y'), image, [per('s', 4), per('b', 4)], /groups/],
    [
      'matrices that do not fit',
      node('MatMul', 'x w', 'y'),
      [2, 3],
      [weights('w', [4, 5])],
      /the product of \[2,3\] and \[4,5\] does not exist/,
    ],
    ['batches that do not fit', node('MatMul', 'x w', 'y'), [2, 3, 4], [weights('w', [3, 4, 5])], /2 and 3/],
    ['a product of scalars', node('MatMul', 'x w', 'y'), [], [weights('w', [4, 5])], /does not exist/],
    ['gemm of an image', node('Gemm', 'x w', 'y'), image, [weights('w', [4, 5])], /input 0: expected 2 axes/],
    ['gemm of other columns', node('Gemm', 'x w', 'y'), [2, 3], [weights('w', [4, 5])], /does not exist/],
    [
      'an addend that is stretched the wrong way',
      node('Gemm', 'x w c', 'y'),
      [1, 4],
      [weights('w', [4, 5]), weights('c', [3, 5])],
      /input 2 \[3,5\] cannot be broadcast to \[1,5\]/,
    ],
    [
      'an addend that does not fit',
      node('Gemm', 'x w c', 'y'),
      [2, 4],
      [weights('w', [4, 5]), per('c', 4)],
      /input 2 \[4\] cannot be broadcast to \[2,5\]/,
    ],
    ['a sum that does not fit', node('Add', 'x w', 'y'), [2, 3], [weights('w', [4])], /3 and 4/],
    ['a sum of one', node('Add', 'x', 'y'), [2, 3], [], /input 1 is missing/],
    ['a relu of nothing', node('Relu', '-', 'y'), [2, 3], [], /input 0 is missing/],
    [
      'concat of other sides',
      node('Concat', 'x w', 'y', { axis: 0 }),
      [2, 3],
      [weights('w', [2, 4])],
      /\[2,3\] and \[2,4\]/,
    ],
    [
      'concat of other ranks',
      node('Concat', 'x w', 'y', { axis: 0 }),
      [2, 3],
      [weights('w', [2])],
      /\[2,3\] and \[2\]/,
    ],
    [
      'concat with integers',
      node('Concat', 'x w', 'y', { axis: 0 }),
      [2],
      [integers('w', 1)],
      /run-time value with int64/,
    ],
    ['concat without an axis', node('Concat', 'x x', 'y'), [2, 3], [], /attribute "axis" is missing/],
    ['concat along axis 2 of 2', node('Concat', 'x x', 'y', { axis: 2 }), [2, 3], [], /axis 2 is not one of 2/],
    ['concat of scalars', node('Concat', 'x x', 'y', { axis: 0 }), [], [], /no axis 0, it is a scalar/],
    [
      'a reshape to more',
      node('Reshape', 'x s', 'y'),
      [2, 3],
      [integers('s', 2, 4)],
      /\[2,3\] cannot be reshaped to \[2,4\]/,
    ],
    [
      'a reshape to what does not divide',
      node('Reshape', 'x s', 'y'),
      [2, 3],
      [integers('s', 4, -1)],
      /cannot be reshaped/,
    ],
    ['a reshape with two open sides', node('Reshape', 'x s', 'y'), [1], [integers('s', -1, -1)], /cannot be reshaped/],
    ['a reshape to negative sides', node('Reshape', 'x s', 'y'), [2, 3], [integers('s', -2, -3)], /cannot be reshaped/],
    ['a reshape to 2⁴⁰', node('Reshape', 'x s', 'y'), [2, 3], [integers('s', 2 ** 40, 2 ** 40)], /cannot be reshaped/],
    [
      'a reshape to many axes',
      node('Reshape', 'x s', 'y'),
      [1],
      [integers('s', ...Array(17).fill(1))],
      /17 axes, at most 16/,
    ],
    [
      'a reshape by fractions',
      node('Reshape', 'x s', 'y'),
      [2, 3],
      [weights('s', [1], Float32Array.of(1.5))],
      /expected integers, got 1.5/,
    ],
    ['a reshape by what is computed', node('Reshape', 'x x', 'y'), [2], [], /must be known at import/],
    [
      'a perm that names an axis twice',
      node('Transpose', 'x', 'y', { perm: [0, 0] }),
      [2, 3],
      [],
      /perm \[0,0\] is no order of 2 axes/,
    ],
    ['a perm that is too long', node('Transpose', 'x', 'y', { perm: [0, 1, 2] }), [2, 3], [], /is no order of 2 axes/],
    ['a perm beyond', node('Transpose', 'x', 'y', { perm: [0, 2] }), [2, 3], [], /is no order of 2 axes/],
    ['a softmax beyond', node('Softmax', 'x', 'y', { axis: 2 }), [2, 3], [], /axis 2 is not one of 2/],
    ['a softmax too far below', node('Softmax', 'x', 'y', { axis: -3 }), [2, 3], [], /axis -3 is not one of 2/],
    ['a sum over axis 9', node('ReduceSum', 'x s', 'y'), [2, 3], [integers('s', 9)], /axis 9 is not one of 2/],
    [
      'a squeeze of two',
      node('Squeeze', 'x s', 'y'),
      [2, 1],
      [integers('s', 0)],
      /axis 0 of \[2,1\] is not of length 1/,
    ],
    ['an unsqueeze twice', node('Unsqueeze', 'x s', 'y'), [2], [integers('s', 0, 0)], /name one twice/],
    [
      'an unsqueeze of fifty thousand',
      node('Unsqueeze', 'x s', 'y'),
      [2],
      [integers('s', ...Array(50_000).keys())],
      /50001 axes, at most 16/,
    ],
    ['a flatten beyond', node('Flatten', 'x', 'y', { axis: 3 }), [2, 3], [], /axis 3 is not one of 2/],
    ['a slice in steps of 0', node('Slice', 'x s s s s', 'y'), [2], [integers('s', 0)], /a step is 0/],
    [
      'a slice with too few ends',
      node('Slice', 'x s t', 'y'),
      [2, 3],
      [integers('s', 0, 0), integers('t', 1)],
      /do not belong together: there are 2, 1/,
    ],
    [
      'a slice of an axis twice',
      node('Slice', 'x s s s', 'y'),
      [2, 3],
      [integers('s', 0, 0)],
      /do not belong together/,
    ],
    [
      'parts that do not add up',
      node('Split', 'x s', 'y z'),
      [4],
      [integers('s', 1, 2)],
      /parts of \[1,2\] do not make up an axis of 4/,
    ],
    [
      'more parts than outputs',
      node('Split', 'x s', 'y z'),
      [4],
      [integers('s', 1, 2, 1)],
      /makes 3 parts, and has 2 outputs/,
    ],
    [
      'a billion parts',
      node('Split', 'x', 'y z', { num_outputs: 1_000_000_000 }),
      [4],
      [],
      /makes 1000000000 parts, and has 2/,
    ],
    ['an index beyond', node('Gather', 'x s', 'y'), [2], [integers('s', 2)], /index 2 is not one of 2/],
    [
      'half an index',
      node('Gather', 'x s', 'y'),
      [2],
      [weights('s', [1], Float32Array.of(0.5))],
      /expected integers, got 0.5/,
    ],
    ['a gather of a scalar', node('Gather', 'x s', 'y'), [], [integers('s', 0)], /it is a scalar/],
    [
      'an expand that does not fit',
      node('Expand', 'x s', 'y'),
      [2],
      [integers('s', 3)],
      /\[2\] cannot be expanded to \[3\]/,
    ],
    ['an expand to a negative', node('Expand', 'x s', 'y'), [1], [integers('s', -3)], /cannot be expanded/],
    ['an expand to 2⁴⁰', node('Expand', 'x s', 'y'), [1], [integers('s', 2 ** 30, 2 ** 10)], /too large/],
    [
      'a tile of other axes',
      node('Tile', 'x s', 'y'),
      [2],
      [integers('s', 1, 2)],
      /a repeat for each of 1 axes, got 2/,
    ],
    ['a negative tile', node('Tile', 'x s', 'y'), [2], [integers('s', -1)], /are negative/],
    ['2⁴⁰ tiles', node('Tile', 'x s', 'y'), [2], [integers('s', 2 ** 40)], /repeats an axis 1099511627776 times/],
    ['three paddings', node('Pad', 'x s', 'y'), [2], [integers('s', 1, 2, 3)], /expected 2 paddings, got 3/],
    [
      'paddings that cut off all',
      node('Pad', 'x s', 'y'),
      [2],
      [integers('s', -2, -2)],
      /cut off more than 2 elements/,
    ],
    ['paddings of 2⁴⁰', node('Pad', 'x s', 'y'), [2], [integers('s', 2 ** 40, 0)], /padding/],
    [
      'a padding with NaN',
      node('Pad', 'x s v', 'y'),
      [2],
      [integers('s', 1, 0), weights('v', [], Float32Array.of(Number.NaN))],
      /value/,
    ],
    ['a padding of its own', node('Pad', 'x s', 'y', { mode: 'mirror' }), [2], [integers('s', 1, 0)], /mode mirror/],
    [
      'three scales',
      node('Resize', 'x - s', 'y'),
      image,
      [weights('s', [3], Float32Array.of(1, 1, 2))],
      /expected 4 scales or sizes, got 3/,
    ],
    [
      'scales of channels',
      node('Resize', 'x - s', 'y'),
      image,
      [weights('s', [4], Float32Array.of(1, 2, 2, 2))],
      /only height and width can be resized/,
    ],
    [
      'scales of NaN',
      node('Resize', 'x - s', 'y'),
      image,
      [weights('s', [4], Float32Array.of(1, 1, Number.NaN, 2))],
      /size/,
    ],
    ['negative scales', node('Resize', 'x - s', 'y'), image, [weights('s', [4], Float32Array.of(1, 1, -1, 2))], /size/],
    ['sizes of 2⁴⁰', node('Resize', 'x - - s', 'y'), image, [integers('s', 1, 4, 2 ** 40, 2 ** 40)], /size/],
    ['no scales', node('Resize', 'x', 'y'), image, [], /neither scales nor sizes/],
    [
      'a mode of its own',
      node('Resize', 'x - s', 'y', { mode: 'best' }),
      image,
      [weights('s', [4], Float32Array.of(1, 1, 2, 2))],
      /mode/,
    ],
    ['blocks of 0', node('DepthToSpace', 'x', 'y'), image, [], /block/],
    ['blocks that do not divide', node('DepthToSpace', 'x', 'y', { blocksize: 3 }), image, [], /./],
    [
      'blocks of a sequence',
      node('DepthToSpace', 'x', 'y', { blocksize: 2 }),
      [1, 4, 6],
      [],
      /input 0: expected 4 axes/,
    ],
    [
      'a sum of seven axes',
      node('Add', 'x w', 'y'),
      [2],
      [weights('w', [1, 1, 1, 1, 1, 1, 2])],
      /computes with 7 axes, at most 6/,
    ],
    ['a cast to integers', node('Cast', 'x', 'y', { to: 7 }), [2], [], /it makes int64 at run time/],
    ['a cast to nothing', node('Cast', 'x', 'y'), [2], [], /attribute "to" is missing/],
    ['a cast to what is not', node('Cast', 'x', 'y', { to: 99 }), [2], [], /type 99/],
    ['a constant of nothing', node('Constant', '', 'y'), [2], [], /neither a tensor nor numbers/],
  ])('%s: refused', (_, one, shape, initializers, message) => {
    expect(refusedNode(one, shape, initializers)).toMatch(message);
  });

  test.each<[string, NodeProto, readonly TensorProto[], RegExp]>([
    ['2⁴⁰ zeros', node('ConstantOfShape', 's', 'y'), [integers('s', 2 ** 40)], /elements are to be computed/],
    ['negative zeros', node('ConstantOfShape', 's', 'y'), [integers('s', -1)], /a side of \[-1\] is negative/],
    [
      'a fill of several numbers',
      node('ConstantOfShape', 's', 'y', { value: weights('v', [2]) }),
      [integers('s', 1)],
      /is not one number/,
    ],
    ['a range without end', node('Range', 'zero one zero', 'y'), [], /has no end/],
    ['a range of 10¹²', node('Range', 'zero many one', 'y'), [], /elements are to be computed/],
    ['a table of 2⁵⁰', node('Expand', 'one s', 'y'), [integers('s', 2 ** 25, 2 ** 25)], /elements are to be computed/],
    ['2⁵⁰ copies', node('Tile', 's s', 'y'), [integers('s', 2 ** 50)], /elements are to be computed/],
    ['an integer divided by 0', node('Div', 'one zero', 'y'), [], /divides an integer by 0/],
    ['a sum of one', node('Add', 'one', 'y'), [], /input 1 is missing/],
    ['a choice of nothing', node('Where', 'one - one', 'y'), [], /input 1 is missing/],
    ['concat of nothing', node('Concat', '', 'y', { axis: 0 }), [], /input 0 is missing/],
    ['a perm that is none', node('Transpose', 's', 'y', { perm: [1] }), [integers('s', 1)], /is no order of 1 axes/],
    [
      'a split into more',
      node('Split', 's', 'y', { num_outputs: 7 }),
      [integers('s', 1)],
      /7 parts, and has 1 outputs/,
    ],
    ['an index beyond', node('Gather', 's s', 'y'), [integers('s', 1)], /index 1 is not one of 1/],
  ])('known values: %s: refused', (_, one, initializers, message) => {
    const scalar = (name: string, value: bigint) =>
      create(TensorProtoSchema, { name, dataType: DataType.INT64, int64Data: [value] });
    const numbers = [scalar('zero', 0n), scalar('one', 1n), scalar('many', 10n ** 12n), ...initializers];
    const text = refused({ nodes: [one], initializers: numbers }).message;
    expect(text).toMatch(message);
    expect(text).toMatch(new RegExp(`^node "y" \\(${one.opType}\\): `));
  });
});

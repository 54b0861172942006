/** What is read of a file, before anything is made of it. */
import { toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { onnxLimits } from '../../../../engine/formats/onnx/limits.ts';
import { readModel } from '../../../../engine/formats/onnx/read-model.ts';
import { TensorProto_DataType as DataType, ModelProtoSchema } from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import { modelProto, node, onnxFile, valueInfo, weights } from './models.ts';

const relu = node('Relu', 'x', 'y');

describe('a model', () => {
  test('has inputs, outputs, hints and nodes', () => {
    const model = readModel(
      onnxFile({
        inputs: { x: ['batch', 3, ''] },
        nodes: [relu, node('Neg', 'y', 'z')],
        outputs: ['z'],
        hints: { y: [1, 3] },
        opset: 17,
      }),
    );
    expect(model.name).toBe('test');
    expect(model.opset).toBe(17);
    expect(model.inputs).toEqual([{ name: 'x', type: 'float32', typeName: 'float32', shape: ['batch', 3, undefined] }]);
    expect(model.outputs[0]).toEqual({ name: 'z', type: 'float32', typeName: 'float32', shape: undefined });
    expect(model.hints.get('y')!.shape).toEqual([1, 3]);
    expect(model.nodes.map(({ name, type, inputs }) => [name, type, inputs])).toEqual([
      ['y', 'Relu', ['x']],
      ['z', 'Neg', ['y']],
    ]);
  });

  test('of an old file lists initializers among its inputs: they are none', () => {
    const model = readModel(onnxFile({ inputs: { x: [1], w: [1] }, nodes: [relu], initializers: [weights('w', [1])] }));
    expect(model.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(model.initializers.has('w')).toBe(true);
    expect(model.initializers.get('w')).toBe(model.initializers.get('w'));
  });

  test('names a node after its name, its first output, or its place', () => {
    const proto = modelProto({ nodes: [relu, node('Relu', 'x', '- z'), node('Relu', 'x', '')] });
    proto.graph!.node[0]!.name = 'own';
    const { nodes } = readModel(toBinary(ModelProtoSchema, proto));
    expect(nodes.map(({ name }) => name)).toEqual(['own', 'z', 'node 2']);
  });

  test('may say ai.onnx for the domain of ONNX', () => {
    const proto = modelProto({ nodes: [relu], opset: 13 });
    proto.opsetImport.unshift({ $typeName: 'onnx.OperatorSetIdProto', domain: 'com.acme', version: 99n });
    proto.opsetImport[1]!.domain = 'ai.onnx';
    proto.graph!.node[0]!.domain = 'ai.onnx';
    const model = readModel(toBinary(ModelProtoSchema, proto));
    expect([model.opset, model.nodes[0]!.domain]).toEqual([13, '']);
  });

  test('tells what a value is, where it is no tensor of floats', () => {
    const proto = modelProto({ nodes: [relu] });
    proto.graph!.input = [
      valueInfo('a', [1], DataType.INT8),
      valueInfo('b', [1], DataType.STRING),
      valueInfo('c', [1]),
    ];
    proto.graph!.input[2]!.type!.value = { case: 'sequenceType', value: { $typeName: 'onnx.TypeProto.Sequence' } };
    const { inputs } = readModel(toBinary(ModelProtoSchema, proto));
    expect(inputs.map(({ type, typeName }) => [type, typeName])).toEqual([
      ['int8', 'int8'],
      [undefined, 'string'],
      [undefined, 'sequence'],
    ]);
  });
});

describe('attributes', () => {
  const { attributes } = readModel(
    onnxFile({ nodes: [node('Foo', 'x', 'y', { i: 3, is: [1, -2], s: 'text', t: weights('w', [2]) })] }),
  ).nodes[0]!;

  test('are asked for by type', () => {
    expect(attributes.integer('i', 0)).toBe(3);
    expect(attributes.integers('is')).toEqual([1, -2]);
    expect(attributes.text('s', '')).toBe('text');
    expect(attributes.tensor('t')!.shape).toEqual([2]);
    expect(attributes.required('i')).toBe(3);
  });

  test('that are missing are what was asked for otherwise', () => {
    expect(attributes.integer('none', 5)).toBe(5);
    expect(attributes.float('none', 0.5)).toBe(0.5);
    expect(attributes.text('none', 'a')).toBe('a');
    expect(attributes.integers('none')).toBeUndefined();
    expect(() => attributes.required('none')).toThrow(/attribute "none" is missing/);
  });

  test('of another type are refused', () => {
    expect(() => attributes.float('i', 0)).toThrow(/attribute "i": expected FLOAT, got INT/);
    expect(() => attributes.tensor('s')).toThrow(/attribute "s": expected TENSOR, got STRING/);
  });
});

test('a hundred thousand nodes are read, one more is not', () => {
  const nodes = Array.from({ length: onnxLimits.nodes }, (_, i) => node('Relu', 'x', `v${i}`));
  expect(readModel(onnxFile({ nodes })).nodes).toHaveLength(onnxLimits.nodes);
  expect(() => readModel(onnxFile({ nodes: [...nodes, relu] }))).toThrow(/100001 nodes, at most 100000/);
});

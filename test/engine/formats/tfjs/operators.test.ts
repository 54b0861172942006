/** What TensorFlow.js cannot be asked about, and forms of files that its own converter does not write. */
import { describe, expect, test } from 'vitest';
import {
  floats,
  importJson,
  importParts,
  integers,
  joined,
  manifestOf,
  node,
  placeholder,
  refusal,
  run,
} from './models.ts';

const size = { block_size: { i: '2' } };

test('SpaceToDepth is what DepthToSpace undoes', () => {
  const nodes = [
    placeholder('x', [1, 4, 6, 3]),
    node('deep', 'SpaceToDepth', ['x'], size),
    node('y', 'DepthToSpace', ['deep'], size),
  ];
  const { inputs, outputs } = run(importParts({ nodes }, { outputs: ['y', 'deep'] }));
  expect(outputs.y?.data).toEqual(inputs.x);
  expect(outputs.deep?.shape).toEqual([1, 2, 3, 12]);
});

describe('names', () => {
  const nodes = [placeholder('x', [1, 4]), node('a', 'Relu', ['x:0', '^x']), node('b', 'Neg', ['a'])];

  test('with and without :0 are the same, and control inputs are no values', () => {
    const model = importParts({ nodes }, { inputs: ['a:0'], outputs: ['b:0'], shapes: { 'a:0': [1, 4] } });
    expect(model.graph.inputs.map(({ name }) => name)).toEqual(['a']);
    expect(model.graph.outputs.map(({ name }) => name)).toEqual(['b']);
  });

  test('of outputs are those of the signature, else of what nobody reads', () => {
    const outputs = (signature: object) => {
      const json = { modelTopology: { node: nodes }, signature };
      return importJson(json).graph.outputs.map(({ name }) => name);
    };
    expect(outputs({ outputs: { first: { name: 'a:0' }, second: { name: 'b:0' } } })).toEqual(['a', 'b']);
    expect(outputs({})).toEqual(['b']);
  });
});

test('what stands before and behind a cut may be anything', () => {
  const nodes = [
    placeholder('x', [1, 4]),
    node('loop', 'Enter', ['x', 'loop']),
    node('a', 'Relu', ['loop']),
    node('b', 'TopKV2', ['a']),
  ];
  const model = importParts({ nodes }, { inputs: ['loop'], outputs: ['a'], shapes: { loop: [2, 3] } });
  expect(model.graph.nodes.map(({ kind }) => kind)).toEqual(['relu']);
  expect(model.graph.inputs).toMatchObject([{ name: 'loop', shape: [2, 3] }]);
  expect(refusal(() => importParts({ nodes }, { inputs: ['loop'], outputs: ['a'] }))).toBe(
    'the shape of "loop" must be given, it does not follow: node "loop" (Enter) is part of a cycle: it depends on itself',
  );
});

test('an open batch is 1, unless another is given', () => {
  const nodes = [placeholder('x', [1, 4]), node('y', 'Neg', ['x'])];
  expect(importParts({ nodes }).graph.inputs[0]?.shape).toEqual([1, 4]);
  expect(importParts({ nodes }, { inputs: ['y'], outputs: ['y'] }).graph.inputs).toMatchObject([{ shape: [1, 4] }]);
  expect(importParts({ nodes }, { shapes: { x: [5, 4] } }).graph.inputs[0]?.shape).toEqual([5, 4]);
});

test('groups of weights, each in several files', () => {
  const weights = [floats('a', [2], [1, 2]), floats('b', [2], [3, 4])];
  const bytes = joined(weights);
  const [first, second] = weights.map((weight) => manifestOf([weight])[0]);
  const json = {
    modelTopology: {
      node: [
        placeholder('x', [1, 2]),
        node('a', 'Const'),
        node('b', 'Const'),
        node('m', 'Mul', ['x', 'a']),
        node('y', 'Add', ['m', 'b']),
      ],
    },
    weightsManifest: [
      { ...first, paths: ['0', '1'] },
      { ...second, paths: ['2'] },
    ],
  };
  const parts: Readonly<Record<string, Uint8Array>> = {
    0: bytes.subarray(0, 3),
    1: bytes.subarray(3, 8),
    2: bytes.subarray(8),
  };
  const { inputs, outputs } = run(importJson(json, undefined, { readShard: (path) => parts[path] as Uint8Array }));
  const x = inputs.x as Float32Array;
  expect([...(outputs.y?.data ?? [])]).toEqual([
    Math.fround((x[0] as number) * 1 + 3),
    Math.fround((x[1] as number) * 2 + 4),
  ]);
});

test('integers are quantized, too: to the nearest', () => {
  const levels = {
    ...integers('s', [0, 0]),
    bytes: Uint8Array.of(2, 4),
    quantization: { dtype: 'uint8', scale: 1.1, min: -0.1 },
  };
  const nodes = [placeholder('x', [1, 8]), node('y', 'Reshape', ['x', 's'])];
  expect(run(importParts({ nodes, weights: [levels] })).outputs.y?.shape).toEqual([2, 4]);
});

describe('Keras', () => {
  const input = { class_name: 'InputLayer', config: { name: 'x', batch_shape: [null, 3, 4, 2] } };

  test('a layer of another generation: keras_history, lists without names', () => {
    const inbound = (name: string) => ({
      args: [{ class_name: '__keras_tensor__', config: { shape: [null, 3, 4, 2], keras_history: [name, 0, 0] } }],
      kwargs: {},
    });
    const config = {
      layers: [
        input,
        { class_name: 'SpatialDropout2D', config: { name: 'd' }, inbound_nodes: [inbound('x')] },
        { class_name: 'ReLU', config: { name: 'y' }, inbound_nodes: [inbound('d')] },
      ],
      input_layers: ['x', 0, 0],
      output_layers: ['y', 0, 0],
    };
    const { inputs, outputs } = run(importJson({ modelTopology: { class_name: 'Functional', config } }));
    expect(outputs.y?.data).toEqual(inputs.x?.map((value) => Math.max(value, 0)));
  });

  test('a layer and a model that are called twice share their weights', () => {
    const kernel = floats('inner/dense/kernel', [2, 2], [1, 2, 3, 4]);
    const calls = (...names: string[]) => names.map((name) => [[name, 0, 0, {}]]);
    const inner = {
      class_name: 'Sequential',
      config: {
        name: 'm',
        layers: [{ class_name: 'Dense', config: { name: 'dense', batch_input_shape: [null, 2], use_bias: false } }],
      },
      inbound_nodes: calls('x', 'z'),
    };
    const ends = { class_name: 'InputLayer', inbound_nodes: [] };
    const config = {
      layers: [
        { ...ends, config: { name: 'x', batch_input_shape: [null, 2] } },
        { ...ends, config: { name: 'z', batch_input_shape: [null, 2] } },
        inner,
        {
          class_name: 'Add',
          config: { name: 'y' },
          inbound_nodes: [
            [
              ['m', 0, 0, {}],
              ['m', 1, 0, {}],
            ],
          ],
        },
      ],
      input_layers: [
        ['x', 0, 0],
        ['z', 0, 0],
      ],
      output_layers: [['y', 0, 0]],
    };
    const json = { modelTopology: { class_name: 'Model', config }, weightsManifest: manifestOf([kernel]) };
    const model = importJson(json, joined([kernel]));
    expect(model.tensors.size).toBe(1);
    const { inputs, outputs } = run(model);
    const [p, q] = [0, 1].map((i) => (inputs.x?.[i] as number) + (inputs.z?.[i] as number)) as [number, number];
    const y = outputs.y?.data as Float32Array;
    // Four products and three sums of numbers below 4.
    expect(Math.abs((y[0] as number) - (p + 3 * q))).toBeLessThan(7 * 8 * 2 ** -24);
    expect(Math.abs((y[1] as number) - (2 * p + 4 * q))).toBeLessThan(7 * 8 * 2 ** -24);
  });
});

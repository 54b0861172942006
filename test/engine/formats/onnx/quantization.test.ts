/** QDQ files on the int8 kernels: which calls an import lowers to, what stays of weights, and the way out again. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exportOnnx } from '../../../../engine/formats/onnx/export-model.ts';
import { importOnnx } from '../../../../engine/formats/onnx/import-model.ts';
import { readModel } from '../../../../engine/formats/onnx/read-model.ts';
import { writeTensor } from '../../../../engine/formats/onnx/tensor.ts';
import { buildGraph } from '../../../../engine/graph.ts';
import { type Model, parseModel, serializeModel } from '../../../../engine/model-file.ts';
import { quantize } from '../../../../engine/quantization/quantize.ts';
import { Session } from '../../../../engine/session.ts';
import { loadKernels } from '../../../../scripts/kernels.ts';
import { seededInput, seededProgram } from '../../../suites/seeded.ts';
import { float, type ModelParts, node } from './models.ts';
import { importParts } from './run.ts';

const kernels = loadKernels('inference', 'baseline');
const fixture = (name: string): Model =>
  importOnnx(readFileSync(new URL(`../../../fixtures/onnx/${name}/model.onnx`, import.meta.url)));

/** Kernels in the order of their calls; between them, f32 values become levels and levels f32. */
const calls = (model: Model, algorithm?: string): readonly string[] =>
  new Session(model, kernels)
    .plan(1)
    .calls.filter((call) => algorithm === undefined || call.algorithm === algorithm)
    .map(({ kernel }) => kernel);

describe('an imported QDQ model', () => {
  test('runs on levels from its first layer to its last: nothing is f32 but what goes in and out', () => {
    const model = fixture('qdq-network');
    expect(calls(model)).toEqual([
      'stridedCopy', // the picture, channels last
      'quantize',
      'conv2dU8', // with its ReLU
      'depthwiseConv2dU8',
      'gemmU8',
      'addU8',
      'pool2dU8',
      'gemmU8',
      'dequantize',
    ]);
    expect(model.graph.nodes.map(({ kind }) => kind)).not.toContain('fakeQuantize');
  });

  test.each([
    // One convolution has groups and takes two calls; one has weights that signed eight bits do not hold, and stays f32.
    ['qdq-conv', ['gemmU8', ...Array(8).fill('conv2dU8')]],
    ['qdq-conv-signed', ['gemmU8', ...Array(8).fill('conv2dU8'), 'gemmU8']],
    // Those with two filters a channel stay f32.
    ['qdq-depthwise', Array(6).fill('depthwiseConv2dU8')],
    // Times a half, the weights are others than the file's.
    ['qdq-matrices', Array(5).fill('gemmU8')],
    // A maximum that moves to other levels is taken of those that it has.
    ['qdq-pools', [...Array(10).fill('pool2dU8'), 'pool2dU8', 'pool2dU8', 'lookupU8', 'lookupU8']],
    ['qdq-sums', [...Array(3).fill('addU8'), 'mulU8', ...Array(5).fill('lookupU8')]],
    ['qdq-movement', Array(4).fill('lookupU8')],
    ['qdq-resize', [...Array(4).fill('gatherAxis'), 'resizeU8', 'lookupU8']],
  ])('%s', (name, expected) => {
    // Pictures that become channels first at the end move as levels, too.
    const others = ['quantize', 'stridedCopy'];
    const kernelsOfLayers = calls(fixture(name), 'int8').filter((kernel) => !others.includes(kernel));
    expect(kernelsOfLayers).toEqual(expected);
  });

  test('keeps weights as they are in the file: eight bits, with their scales', () => {
    const model = parseModel(serializeModel(fixture('qdq-network')));
    const filters = [...model.tensors].filter(([name]) => name.endsWith('filter'));
    expect(filters.length).toBe(4);
    for (const [name, { eightBit, shape }] of filters)
      expect(eightBit?.scales.length, name).toBe(shape.at(-1) === 1 ? 6 : shape.at(-1));
  });
});

const constants = (scale: number, zeroPoint: number) => [
  writeTensor('s', [], Float32Array.of(scale)),
  writeTensor('z', [], Uint8Array.of(zeroPoint)),
];

const kinds = ({ graph }: Model) => graph.nodes.map(({ kind }) => kind);

describe('where rounding goes', () => {
  const pair = (from: string, to: string) => [
    node('QuantizeLinear', `${from} s z`, `${to}/levels`),
    node('DequantizeLinear', `${to}/levels s z`, to),
  ];
  const parts = (nodes: ModelParts['nodes'], outputs: readonly string[]): Model =>
    importParts({ inputs: { x: [1, 6] }, nodes: nodes ?? [], outputs, initializers: constants(0.25, 9) });

  test('a value that is read only rounded is quantized itself', () => {
    const model = parts([node('Relu', 'x', 'r'), ...pair('r', 'y')], ['y']);
    expect(kinds(model)).toEqual(['relu']);
    expect(Object.values(model.graph.quantization ?? {})).toEqual([{ scale: 0.25, zeroPoint: 9 }]);
  });

  test('a value that is read unrounded, too, keeps its numbers', () => {
    const model = parts([node('Relu', 'x', 'r'), ...pair('r', 'y')], ['y', 'r']);
    expect(kinds(model)).toEqual(['relu', 'fakeQuantize']);
    const { y, r } = new Session(model, kernels).run({ x: Float32Array.of(0.1, 0.3, 0.37, 0.4, 70, -1) });
    expect([...(y?.data ?? [])]).toEqual([0, 0.25, 0.25, 0.5, 61.5, 0]);
    expect([...(r?.data ?? [])]).toEqual([0.1, 0.3, 0.37, 0.4, 70, 0].map(Math.fround));
  });

  test('rounding what is rounded so already does nothing', () => {
    const model = parts([node('Relu', 'x', 'r'), ...pair('r', 'a'), ...pair('a', 'y')], ['y']);
    expect(kinds(model)).toEqual(['relu']);
  });

  test('an input that is an output comes back rounded', () => {
    const model = parts(pair('x', 'y'), ['y']);
    const { y } = new Session(model, kernels).run({ x: Float32Array.of(0.1, 0.13, -5, 0.375, 0.625, 1000) });
    expect([...(y?.data ?? [])]).toEqual([0, 0.25, -2.25, 0.5, 0.5, 61.5]);
  });

  test('the rounded input comes out rounded, whoever else reads it', () => {
    const nodes = [...pair('x', 'a'), node('Relu', 'a', 'r'), ...pair('a', 'y')];
    const model = parts(nodes, ['y', 'r']);
    const x = Float32Array.of(0.1, 0.13, -5, 0.375, 0.625, 1000);
    const expected = [0, 0.25, -2.25, 0.5, 0.5, 61.5];
    for (const each of [model, importOnnx(exportOnnx(model))]) {
      const { y, r } = new Session(each, kernels).run({ x });
      expect([...(y?.data ?? [])]).toEqual(expected);
      expect([...(r?.data ?? [])]).toEqual(expected.map((value) => Math.max(value, 0)));
    }
  });

  test('a value that a node rounds goes out with one pair', () => {
    const model = parts(pair('x', 'y'), ['y']);
    const types = readModel(exportOnnx(model)).nodes.map(({ type }) => type);
    expect(types).toEqual(['QuantizeLinear', 'DequantizeLinear']);
  });

  test('each part of a split has levels of its own', () => {
    const nodes = [
      node('Split', 'x', 'a b', { axis: 1, num_outputs: 2 }),
      ...pair('b', 'c'),
      node('LeakyRelu', 'c', 'y', { alpha: float(0.5) }),
    ];
    const { y, a } = new Session(parts(nodes, ['y', 'a']), kernels).run({
      x: Float32Array.of(0.1, 7, -1, 0.1, 0.2, -0.6),
    });
    expect([...(a?.data ?? [])]).toEqual([0.1, 7, -1].map(Math.fround));
    expect([...(y?.data ?? [])]).toEqual([0, 0.25, -0.25]);
  });
});

describe('a model of eight bits in ONNX', () => {
  const graph = buildGraph({
    inputs: [{ name: 'image', shape: [-1, 9, 8, 3], layout: 'NHWC', datatype: 'FP32' }],
    nodes: [
      { id: 'conv', kind: 'conv2d', inputs: ['image'], attributes: { filters: 12, size: 3 } },
      { id: 'norm', kind: 'batchNorm2d', inputs: ['conv'], attributes: {} },
      { id: 'relu', kind: 'relu', inputs: ['norm'], attributes: {} },
      { id: 'deep', kind: 'depthwiseConv2d', inputs: ['relu'], attributes: { size: 3, padding: 'same' } },
      { id: 'relu2', kind: 'relu', inputs: ['deep'], attributes: {} },
      { id: 'point', kind: 'conv2d', inputs: ['relu2'], attributes: { filters: 12, size: 1 } },
      { id: 'sum', kind: 'add', inputs: ['point', 'relu'], attributes: {} },
      { id: 'pool', kind: 'averagePool2d', inputs: ['sum'], attributes: { size: 2 } },
      { id: 'flat', kind: 'flatten', inputs: ['pool'], attributes: {} },
      { id: 'logits', kind: 'dense', inputs: ['flat'], attributes: { units: 7 } },
    ],
    outputs: [{ name: 'logits', from: 'logits' }],
  });

  test('comes back with the same levels and the same bits', async () => {
    const card = {} as Model['card'];
    const samples = () => [1, 2, 3].map((seed) => ({ image: seededInput([1, 9, 8, 3], seed) }));
    const model = {
      card,
      ...(await quantize({ card, ...seededProgram(graph) } as Model, { samples, method: 'minmax', source: kernels })),
    };
    const file = exportOnnx(model);
    const types = readModel(file).nodes.map(({ type }) => type);
    // Filters and biases of the four layers that have some are integers, and so is every value that passes between layers.
    expect(types.filter((type) => type === 'DequantizeLinear').length).toBe(
      types.filter((type) => type === 'QuantizeLinear').length + 2 * 4,
    );
    const back = importOnnx(file, { shapes: { image: [2, 9, 8, 3] } });
    const image = seededInput([2, 9, 8, 3], 5);
    const [own, again] = [model, back].map((each) => new Session(each, kernels).run({ image }).logits);
    expect(again).toEqual(own);
    const layers = ['conv2dU8', 'depthwiseConv2dU8', 'gemmU8', 'pool2dU8', 'gemmU8'];
    expect(calls(back, 'int8').filter((kernel) => kernel.endsWith('U8') && kernel !== 'addU8')).toEqual(layers);
  });
});

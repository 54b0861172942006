/** What quantizing changes of a graph before a number is rounded, and what it leaves f32 or as it was. */
import { describe, expect, test } from 'vitest';
import { buildGraph, type GraphDocument } from '../../../engine/graph.ts';
import { parseDocument, parseModel, serializeModel } from '../../../engine/model-file.ts';
import type { Program } from '../../../engine/passes/index.ts';
import { channelStatistics } from '../../../engine/quantization/channel-statistics.ts';
import { equalize, streamsOf } from '../../../engine/quantization/equalize.ts';
import { quantize } from '../../../engine/quantization/quantize.ts';
import { Session } from '../../../engine/session.ts';
import type { Tensor } from '../../../engine/tensor.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { seededInput, seededTensors } from '../../suites/seeded.ts';

const { source } = trainingBuilds[0] as (typeof trainingBuilds)[number];
const SHAPE = [1, 6, 5, 4];
const samples = () => [1, 2, 3].map((seed) => ({ x: seededInput(SHAPE, seed) }));

const node = (id: string, kind: string, inputs: readonly string[], attributes: object = {}) => ({
  id,
  kind,
  inputs: [...inputs],
  attributes: { ...attributes },
});

const pointwise = { filters: 5, size: 1 };

/** Two blocks with a sum around the second, as in MobileNetV2: linear, expand, activation, depthwise, linear, sum, out. */
const blocks = (() => {
  const nodes = [
    node('first', 'conv2d', ['x'], { filters: 5, size: 3, padding: 'same' }),
    node('expand', 'conv2d', ['first'], { filters: 8, size: 1 }),
    node('act', 'relu6', ['expand']),
    node('deep', 'depthwiseConv2d', ['act'], { size: 3, padding: 'same' }),
    node('project', 'conv2d', ['deep'], pointwise),
    node('sum', 'add', ['project', 'first']),
    node('out', 'conv2d', ['sum'], { filters: 3, size: 3 }),
  ] as GraphDocument['nodes'];
  const graph = buildGraph({
    inputs: [{ name: 'x', shape: SHAPE, datatype: 'FP32' }],
    nodes,
    outputs: [{ name: 'y', from: 'out' }],
  });
  const tensors = new Map(seededTensors(graph));
  // One channel reaches ten times as far as the others, and is read with small weights.
  for (const [name, factor, isInput] of [
    ['first.filter', 10, false],
    ['first.bias', 10, false],
    ['project.filter', 10, false],
    ['project.bias', 10, false],
    ['expand.filter', 0.1, true],
    ['out.filter', 0.1, true],
  ] as const) {
    const { shape, data } = tensors.get(name) as Tensor;
    const columns = shape.at(-1) as number;
    const channel = (i: number) => (isInput ? Math.floor(i / columns) % 5 : i % 5);
    tensors.set(name, { shape, data: data.map((value, i) => (channel(i) === 2 ? value * factor : value)) });
  }
  return { graph, tensors } satisfies Program;
})();

const run = (program: Program, taps: readonly string[] = []) =>
  samples().map((sample) => new Session(program, source, taps.length > 0 ? { taps } : {}).run(sample));

describe('equalize', () => {
  test('a stream is what filters give, what sums make of it, and who reads that', () => {
    const streams = streamsOf(blocks.graph).map(({ values, producers, readers }) => ({
      values: [...values],
      producers: producers.map(({ id }) => id),
      readers: readers.map(({ id }) => id),
    }));
    expect(streams).toContainEqual({
      values: ['first', 'project', 'sum'],
      producers: ['first', 'project'],
      readers: ['expand', 'out'],
    });
    // Behind an activation that clamps, in front of the host and of the input nothing may be scaled.
    const values = streams.flatMap((stream) => stream.values);
    for (const value of ['x', 'expand', 'act', 'out']) expect(values).not.toContain(value);
  });

  test('channels reach equally far afterwards, and the function is the same', async () => {
    const streams = streamsOf(blocks.graph);
    const values = streams.flatMap((stream) => stream.values);
    const statistics = await channelStatistics(blocks, values, source, samples);
    const even = equalize(blocks, streams, statistics);
    const after = await channelStatistics(even, ['first', 'project', 'sum'], source, samples);
    const reaches = [...after.values()].map(({ reach }) => reach);
    const largest = Array.from({ length: 5 }, (_, channel) => Math.max(...reaches.map((reach) => reach[channel]!)));
    // Scales are quotients of f32 numbers, and the filters' products are rounded: far below a thousandth.
    for (const each of largest) expect(each / largest[0]!).toBeCloseTo(1, 3);

    const [before, then] = [run(blocks), run(even)];
    for (const [i, { y }] of before.entries()) {
      // A few dozen products a sum, four layers deep, each rounded by 2⁻²⁴ of numbers of the output's size.
      const size = Math.max(...y!.data.map(Math.abs));
      y!.data.forEach((value, j) => {
        expect(Math.abs(value - then[i]!.y!.data[j]!)).toBeLessThan(1e-4 * size);
      });
    }
  });

  test('eight bits lose less where one channel reaches far', async () => {
    const [exact] = run(blocks);
    const eight = await quantize(blocks, { samples, method: 'minmax', source });
    const [found] = run(eight);
    const scale = eight.graph.quantization!.sum!.scale;
    const statistics = await channelStatistics(eight, ['sum'], source, samples);
    // The least of its channels has most of the levels.
    const least = Math.min(...(statistics.get('sum')?.reach ?? []));
    expect(least / scale).toBeGreaterThan(64);
    const size = Math.max(...exact!.y!.data.map(Math.abs));
    exact!.y!.data.forEach((value, i) => {
      expect(Math.abs(value - found!.y!.data[i]!)).toBeLessThan(0.05 * size);
    });
  });
});

describe('keep', () => {
  test('leaves a node and what it reads f32', async () => {
    const eight = await quantize(blocks, { samples, method: 'minmax', source, keep: ['deep'] });
    expect(eight.graph.quantization).not.toHaveProperty('act');
    const node = eight.graph.nodes.find(({ id }) => id === 'deep');
    const filter = eight.tensors.get(node!.weights.filter ?? 'deep.filter');
    expect(filter?.eightBit).toBeUndefined();
    expect(eight.graph.quantization).toHaveProperty('deep');
    expect(eight.graph.quantization).toHaveProperty('first');
    const whole = parseModel(serializeModel({ card: {} as never, ...eight }));
    expect(run(whole)[0]!.y!.data).toEqual(run(eight)[0]!.y!.data);
  });

  test('refuses a node that is not there', async () => {
    const promise = quantize(blocks, { samples, method: 'minmax', source, keep: ['nobody'] });
    await expect(promise).rejects.toThrow('there is no node "nobody" to keep');
  });
});

test('a bias takes back what rounding its filter adds on average', async () => {
  const graph = buildGraph({
    inputs: [{ name: 'x', shape: [1, 4, 4, 2], datatype: 'FP32' }],
    nodes: [node('conv', 'conv2d', ['x'], { filters: 1, size: 1 })] as GraphDocument['nodes'],
    outputs: [{ name: 'y', from: 'conv' }],
  });
  // 0.3 is no level of a filter whose largest number is 127.
  const tensors = new Map<string, Tensor>([
    ['conv.filter', { shape: [1, 1, 2, 1], data: Float32Array.of(127, 0.3) }],
    ['conv.bias', { shape: [1], data: Float32Array.of(5) }],
  ]);
  const given = () => [{ x: Float32Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 0 : 100 + (i % 3))) }];
  const { tensors: found } = await quantize({ graph, tensors }, { samples: given, method: 'minmax', source });
  const mean = given()[0]!.x.reduce((sum, value, i) => sum + (i % 2 === 0 ? 0 : value / 16), 0);
  expect(found.get('conv.filter')?.eightBit?.levels).toEqual(Int8Array.of(127, 0));
  expect(found.get('conv.bias')?.data[0]).toBeCloseTo(5 + 0.3 * mean, 3);
});

describe('tensors of a task', () => {
  const anchors: Tensor = { shape: [2, 4], data: Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8) };
  const detector = () => {
    const document = {
      format: 'borde/1',
      inputs: [{ name: 'x', shape: [1, 1, 2, 3] }],
      nodes: [
        node('head', 'conv2d', ['x'], { filters: 4, size: 1 }),
        node('boxes', 'reshape', ['head'], { shape: [1, 2, 4] }),
        node('class', 'conv2d', ['x'], { filters: 3, size: 1 }),
        node('scores', 'reshape', ['class'], { shape: [1, 2, 3] }),
      ],
      outputs: [
        { name: 'boxes', from: 'boxes' },
        { name: 'scores', from: 'scores' },
      ],
      preprocess: { size: [2, 1] },
      task: {
        kind: 'detect',
        boxes: 'boxes',
        scores: 'scores',
        decode: { kind: 'ssd', anchors: 'anchors', variances: [0.1, 0.1, 0.2, 0.2] },
      },
    };
    const { card, graph } = parseDocument(JSON.stringify(document));
    return { card, graph, tensors: new Map([...seededTensors(graph), ['anchors', anchors] as const]) };
  };

  test('stay f32 where weights are sixteen bits', () => {
    const model = { ...detector(), storage: 'F16' as const };
    const read = parseModel(serializeModel(model));
    expect(read.tensors.get('anchors')).toEqual(anchors);
    expect(read.tensors.get('head.filter')?.data).not.toEqual(model.tensors.get('head.filter')?.data);
    expect(serializeModel(read)).toEqual(serializeModel(model));
  });

  test('stay where weights are eight', async () => {
    const model = detector();
    const given = () => [{ x: seededInput([1, 1, 2, 3], 1) }];
    const eight = { card: model.card, ...(await quantize(model, { samples: given, method: 'minmax', source })) };
    const read = parseModel(serializeModel(eight));
    expect(read.tensors.get('anchors')).toEqual(anchors);
    expect(read.tensors.get('head.filter')?.eightBit).toBeDefined();
  });
});

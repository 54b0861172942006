/** Whole networks go to ONNX and come back: the same numbers, and nothing left undone that a native graph gets. */
import { describe, expect, test } from 'vitest';
import { architectures } from '../../../../engine/architectures/index.ts';
import { exportOnnx } from '../../../../engine/formats/onnx/export-model.ts';
import { importOnnx } from '../../../../engine/formats/onnx/import-model.ts';
import { buildGraph, type Graph } from '../../../../engine/graph.ts';
import type { Model } from '../../../../engine/model-file.ts';
import { Session } from '../../../../engine/session.ts';
import type { Tensor } from '../../../../engine/tensor.ts';
import { loadKernels } from '../../../../scripts/kernels.ts';
import { seededInput, seededProgram } from '../../../suites/seeded.ts';

const kernels = loadKernels('inference', 'baseline');

/** A block of MobileNetV2 (Sandler et al. 2018): expand, filter each map, project, add. */
const bottleneck: Graph = buildGraph({
  inputs: [{ name: 'image', shape: [-1, 16, 16, 8], datatype: 'FP32' }],
  nodes: [
    { id: 'expand', kind: 'conv2d', inputs: ['image'], attributes: { filters: 24, size: 1, bias: false } },
    { id: 'norm1', kind: 'batchNorm2d', inputs: ['expand'], attributes: {} },
    { id: 'clip1', kind: 'relu6', inputs: ['norm1'], attributes: {} },
    { id: 'filter', kind: 'depthwiseConv2d', inputs: ['clip1'], attributes: { size: 3, padding: 'same', bias: false } },
    { id: 'norm2', kind: 'batchNorm2d', inputs: ['filter'], attributes: {} },
    { id: 'clip2', kind: 'relu6', inputs: ['norm2'], attributes: {} },
    { id: 'project', kind: 'conv2d', inputs: ['clip2'], attributes: { filters: 8, size: 1, bias: false } },
    { id: 'norm3', kind: 'batchNorm2d', inputs: ['project'], attributes: {} },
    { id: 'sum', kind: 'add', inputs: ['norm3', 'image'], attributes: {} },
    { id: 'pool', kind: 'globalAveragePool2d', inputs: ['sum'], attributes: {} },
    { id: 'logits', kind: 'dense', inputs: ['pool'], attributes: { units: 5 } },
  ],
  outputs: [{ name: 'logits', from: 'logits' }],
});

const image = (side: number, channels: number) => ({ input: [side, side, channels] as const, classes: 10 });

const networks: readonly (readonly [string, Graph])[] = [
  ['dense', buildGraph(architectures.dense.build(image(28, 1)))],
  ['lenet', buildGraph(architectures.lenet.build(image(28, 1)))],
  ['resnet8', buildGraph(architectures.resnet8.build(image(32, 3)))],
  ['bottleneck', bottleneck],
];

/** What a run does, less the views that cost nothing. */
const steps = (graph: Graph): readonly string[] =>
  graph.nodes.map(({ kind }) => kind).filter((kind) => kind !== 'reshape' && kind !== 'flatten');

describe.each(networks)('%s', (_, graph) => {
  const model: Model = { card: {} as Model['card'], ...seededProgram(graph) };
  const shape = [2, ...(graph.inputs[0]?.shape.slice(1) ?? [])];
  const file = exportOnnx(model);
  const back = importOnnx(file, { shapes: { image: shape } });
  const [native, imported] = [model, back].map((program) => new Session(program, kernels)) as [Session, Session];

  test('comes back with the same numbers', () => {
    const input = { image: seededInput(shape) };
    const [expected, actual] = [native.run(input).logits as Tensor, imported.run(input).logits as Tensor];
    const scale = expected.data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    expect(actual.shape).toEqual(expected.shape);
    // The same kernels over the same weights: only the order of a flattened image's rows may differ.
    for (const [i, value] of actual.data.entries()) {
      expect(Math.abs(value - (expected.data[i] as number)) / scale).toBeLessThan(1e-5);
    }
  });

  test('runs in the same steps as it does natively, without a transpose', () => {
    expect(steps(imported.graph)).toEqual(steps(native.graph));
  });

  test('keeps what it says of itself, and gives a part of it none', () => {
    const card = { name: 'net', labels: ['a', 'b'] } as Model['card'];
    const labelled = exportOnnx({ ...model, card });
    expect(importOnnx(labelled, { shapes: { image: shape } }).card).toEqual(card);
    const part = importOnnx(labelled, { shapes: { image: shape }, outputs: ['logits'] });
    expect(part.card.labels).toBeUndefined();
  });

  test('is the same file every time', () => {
    expect(exportOnnx(model)).toEqual(file);
  });
});

/** Every layer goes to ONNX and comes back: the same function, with the batch free on the way out. */
import { describe, expect, test } from 'vitest';
import { exportOnnx } from '../../../../engine/formats/onnx/export-model.ts';
import { importOnnx } from '../../../../engine/formats/onnx/import-model.ts';
import { buildGraph, tensorName } from '../../../../engine/graph.ts';
import { type LayerKind, layers } from '../../../../engine/layers/index.ts';
import type { Model } from '../../../../engine/model-file.ts';
import { Session } from '../../../../engine/session.ts';
import type { Tensor } from '../../../../engine/tensor.ts';
import { loadKernels } from '../../../../scripts/kernels.ts';
import { layerCase, splitSample } from '../../../suites/layer-cases.ts';
import { type LayerCase, layerOfKind } from '../../../suites/run-layer.ts';

const kernels = loadKernels('inference', 'baseline');

/** ONNX puts some layers together from other operators; none of these sums more than a few hundred terms. */
const TOLERANCE = 1e-5;

const entries = (Object.keys(layers) as LayerKind[]).flatMap((kind) =>
  layerOfKind(kind).samples.map((sample) => ({ title: `${kind} ${JSON.stringify(sample)}`, kind, sample })),
);

function modelOf(c: LayerCase, wholeBatch: boolean): Model {
  const inputs = c.x.map(({ shape }, i) => ({
    name: `x${i}`,
    shape: wholeBatch ? shape : [-1, ...shape.slice(1)],
    datatype: 'FP32' as const,
  }));
  const nodes = [{ id: 'node', kind: c.kind, inputs: inputs.map(({ name }) => name), attributes: c.attributes }];
  const graph = buildGraph({ inputs, nodes, outputs: [{ name: 'y', from: 'node' }] });
  const node = graph.nodes[0]!;
  const tensors = new Map(Object.entries(c.w).map(([role, tensor]) => [tensorName(node, role), tensor]));
  return { card: {} as Model['card'], graph, tensors };
}

function expectNear(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  actual.data.forEach((value, i) => {
    const wanted = expected.data[i] as number;
    expect(Math.abs(value - wanted)).toBeLessThanOrEqual(TOLERANCE * Math.max(1, Math.abs(wanted)));
  });
}

describe('a layer in ONNX is the same function', () => {
  test.each(entries)('$title', ({ kind, sample }) => {
    const { shapes, raw } = splitSample(sample);
    const c = layerCase(kind, shapes, raw, 7);
    const model = modelOf(c, sample.wholeBatch ?? false);
    const inputs = Object.fromEntries(c.x.map(({ data }, i) => [`x${i}`, data]));
    const expected = new Session(model, kernels).run(inputs).y as Tensor;
    const back = importOnnx(exportOnnx(model), {
      shapes: Object.fromEntries(c.x.map(({ shape }, i) => [`x${i}`, shape])),
    });
    expect(back.graph.inputs.map(({ name }) => name)).toEqual(model.graph.inputs.map(({ name }) => name));
    expectNear(new Session(back, kernels).run(inputs).y as Tensor, expected);
  });
});

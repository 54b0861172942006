/**
 * `node bench/onnx/roundtrip.ts [NAME…]`: every sample of every layer, exported as a model of one node, and every model of
 * test/fixtures/onnx, imported and exported again, runs in onnxruntime to the engine's numbers: as the nodes stand and after
 * onnxruntime has rewritten the graph, there within a level of an output that is rounded. Samples have a free batch unless
 * they forbid it. NAME: kinds, fixtures; default all. Exits 1 if a model does not.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { EngineError } from '../../engine/errors.ts';
import { exportOnnx } from '../../engine/formats/onnx/export-model.ts';
import { importOnnx } from '../../engine/formats/onnx/import-model.ts';
import { TensorProtoSchema } from '../../engine/formats/onnx/schema/onnx_pb.js';
import { readTensor } from '../../engine/formats/onnx/tensor.ts';
import { buildGraph, tensorName } from '../../engine/graph.ts';
import { type LayerKind, layers } from '../../engine/layers/index.ts';
import type { Sample } from '../../engine/layers/layer.ts';
import type { Model } from '../../engine/model-file.ts';
import { Session } from '../../engine/session.ts';
import type { Tensor } from '../../engine/tensor.ts';
import { loadKernels } from '../../scripts/kernels.ts';
import { layerCase, splitSample } from '../../test/suites/layer-cases.ts';
import { type LayerCase, layerOfKind } from '../../test/suites/run-layer.ts';
import { type Difference, difference } from './difference.ts';
import { runOnnxruntime } from './runtime.ts';

/** Absolute, and relative for numbers above 1: what issue and file format promise of an exported model. */
const TOLERANCE = 1e-4;
const SEED = 11;

const kernels = loadKernels('inference');

function modelOf({ kind, attributes, x, w }: LayerCase, wholeBatch: boolean): Model {
  const inputs = x.map(({ shape }, i) => ({
    name: `x${i}`,
    shape: wholeBatch || shape.length === 0 ? shape : [-1, ...shape.slice(1)],
    datatype: 'FP32' as const,
  }));
  const nodes = [{ id: 'node', kind, inputs: inputs.map(({ name }) => name), attributes }];
  const graph = buildGraph({ inputs, nodes, outputs: [{ name: 'y', from: 'node' }] });
  const tensors = new Map(Object.entries(w).map(([role, tensor]) => [tensorName(graph.nodes[0]!, role), tensor]));
  return { card: {} as Model['card'], graph, tensors };
}

interface Case {
  /** What it is asked for by. */
  readonly name: string;
  readonly title: string;
  readonly open: () => { readonly model: Model; readonly inputs: Readonly<Record<string, Tensor>> };
}

const sampleCase = (kind: LayerKind, sample: Sample): Case => ({
  name: kind,
  title: `${kind} ${JSON.stringify(sample)}`,
  open() {
    const { shapes, raw } = splitSample(sample);
    const c = layerCase(kind, shapes, raw, SEED);
    const inputs = Object.fromEntries(c.x.map((x, i) => [`x${i}`, x]));
    return { model: modelOf(c, sample.wholeBatch ?? false), inputs };
  },
});

const fixtures = new URL('../../test/fixtures/onnx/', import.meta.url);

const fixtureCase = (name: string): Case => ({
  name,
  title: `fixture ${name}`,
  open() {
    const read = (path: string) => readFileSync(new URL(`${name}/${path}`, fixtures));
    const proto = fromBinary(TensorProtoSchema, read('test_data_set_0/input_0.pb'));
    const { shape, data } = readTensor(proto, () => {
      throw new Error(`${name}: its input lies outside of its file`);
    });
    return { model: importOnnx(read('model.onnx')), inputs: { x: { shape, data: Float32Array.from(data) } } };
  },
});

/** What a level of an output is worth; 0 where it is not rounded. */
const stepOf = ({ graph }: Model, name: string): number =>
  graph.quantization?.[graph.outputs.find((output) => output.name === name)?.from ?? '']?.scale ?? 0;

/**
 * Our numbers, or onnxruntime's where they are a level apart. Its integer operators round halves away from zero (AveragePool,
 * Mul), and f32 weights between rounded values it turns into eight bits of its own.
 */
function levelled(own: Tensor | undefined, theirs: Tensor | undefined, step: number): Tensor | undefined {
  if (!own || !theirs || step === 0) return own;
  const isNear = (value: number, i: number) => Math.abs(value - (theirs.data[i] as number)) <= step * (1 + 2 ** -20);
  return { ...own, data: own.data.map((value, i) => (isNear(value, i) ? (theirs.data[i] as number) : value)) };
}

/** @returns undefined where ONNX has no such layer */
async function compare({ open }: Case): Promise<Difference | undefined> {
  const { model, inputs } = open();
  let file: Uint8Array;
  try {
    file = exportOnnx(model);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'unsupported-model') return undefined;
    throw error;
  }
  const data = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, tensor.data]));
  const own = new Session(model, kernels).run(data);
  let worst: Difference = { largest: 0 };
  for (const optimize of [false, true]) {
    const theirs = await runOnnxruntime(file, inputs, { optimize });
    for (const name of model.graph.outputs.map((output) => output.name)) {
      const found = difference(levelled(own[name], theirs[name], optimize ? stepOf(model, name) : 0), theirs[name]);
      if (found.largest >= worst.largest) worst = found;
    }
  }
  return worst;
}

const cases = [
  ...(Object.keys(layers) as LayerKind[]).flatMap((kind) =>
    layerOfKind(kind).samples.map((sample) => sampleCase(kind, sample)),
  ),
  ...readdirSync(fixtures).map(fixtureCase),
];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !cases.some((each) => each.name === name));
if (unknown.length > 0) {
  console.error(`roundtrip: no layer is of kind, and no fixture is named, ${unknown.join(', ')}`);
  process.exit(2);
}
const counts = { passed: 0, failed: 0, notExportable: 0 };
for (const each of cases) {
  if (wanted.length > 0 && !wanted.includes(each.name)) continue;
  try {
    const found = await compare(each);
    if (!found) {
      counts.notExportable++;
      console.log(`----          ${each.title}: not exportable`);
      continue;
    }
    const isNear = found.largest <= TOLERANCE;
    counts[isNear ? 'passed' : 'failed']++;
    const figure = found.largest.toExponential(1).padStart(8);
    console.log(`${isNear ? 'PASS' : 'FAIL'} ${figure} ${each.title}${found.wrong ? `: ${found.wrong}` : ''}`);
  } catch (error) {
    counts.failed++;
    console.log(`FAIL          ${each.title}: ${error instanceof Error ? error.message : error}`);
  }
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.notExportable} not exportable`);
process.exitCode = counts.failed > 0 ? 1 : 0;

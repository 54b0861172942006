/**
 * `node bench/onnx/roundtrip.ts [KIND…]`: every sample of every layer, exported as a model of one node, runs in onnxruntime
 * to the same numbers, as the nodes stand and after onnxruntime has rewritten the graph; its batch is free unless the
 * sample forbids it. Exits 1 if one does not.
 */
import { EngineError } from '../../engine/errors.ts';
import { exportOnnx } from '../../engine/formats/onnx/export-model.ts';
import { buildGraph, tensorName } from '../../engine/graph.ts';
import { type LayerKind, layers } from '../../engine/layers/index.ts';
import type { Sample } from '../../engine/layers/layer.ts';
import type { Model } from '../../engine/model-file.ts';
import { Session } from '../../engine/session.ts';
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

/** @returns undefined where ONNX has no such layer */
async function compare(kind: LayerKind, sample: Sample): Promise<Difference | undefined> {
  const { shapes, raw } = splitSample(sample);
  const c = layerCase(kind, shapes, raw, SEED);
  const model = modelOf(c, sample.wholeBatch ?? false);
  let file: Uint8Array;
  try {
    file = exportOnnx(model);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'unsupported-model') return undefined;
    throw error;
  }
  const own = new Session(model, kernels).run(Object.fromEntries(c.x.map(({ data }, i) => [`x${i}`, data])));
  let worst: Difference = { largest: 0 };
  for (const optimize of [false, true]) {
    const theirs = await runOnnxruntime(file, Object.fromEntries(c.x.map((x, i) => [`x${i}`, x])), { optimize });
    const found = difference(own.y, theirs.y);
    if (found.largest >= worst.largest) worst = found;
  }
  return worst;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((kind) => !Object.hasOwn(layers, kind));
if (unknown.length > 0) {
  console.error(`roundtrip: no layer is of kind ${unknown.join(', ')}`);
  process.exit(2);
}
const counts = { passed: 0, failed: 0, notExportable: 0 };
for (const kind of Object.keys(layers) as LayerKind[]) {
  if (wanted.length > 0 && !wanted.includes(kind)) continue;
  for (const sample of layerOfKind(kind).samples) {
    const title = `${kind} ${JSON.stringify(sample)}`;
    try {
      const found = await compare(kind, sample);
      if (!found) {
        counts.notExportable++;
        console.log(`----          ${title}: not exportable`);
        continue;
      }
      const isNear = found.largest <= TOLERANCE;
      counts[isNear ? 'passed' : 'failed']++;
      const figure = found.largest.toExponential(1).padStart(8);
      console.log(`${isNear ? 'PASS' : 'FAIL'} ${figure} ${title}${found.wrong ? `: ${found.wrong}` : ''}`);
    } catch (error) {
      counts.failed++;
      console.log(`FAIL          ${title}: ${error instanceof Error ? error.message : error}`);
    }
  }
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.notExportable} not exportable`);
process.exitCode = counts.failed > 0 ? 1 : 0;

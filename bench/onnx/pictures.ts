/**
 * `node bench/onnx/pictures.ts MODEL DATA [N]`: exports a model file with a free batch, lets onnxruntime run N pictures of a
 * data set (`mnist`, `images:DIR`; default 500) as the nodes stand and after it has rewritten the graph, and compares with the
 * engine: the largest difference of the outputs and how many pictures are called the same. Exits 1 unless all are.
 */
import { readFileSync } from 'node:fs';
import { exportOnnx } from '../../engine/formats/onnx/export-model.ts';
import { parseModel } from '../../engine/model-file.ts';
import { Session } from '../../engine/session.ts';
import type { Tensor } from '../../engine/tensor.ts';
import { loadKernels } from '../../scripts/kernels.ts';
import { openCalibrationData } from '../../scripts/quantization/calibration-data.ts';
import { topClasses } from '../../scripts/training/metrics.ts';
import { runOnnxruntime } from './runtime.ts';

const [path, data, limit = '500'] = process.argv.slice(2);
if (path === undefined || data === undefined || !(Number(limit) > 0)) {
  console.error('usage: node bench/onnx/pictures.ts MODEL DATA [N]');
  process.exit(2);
}

const model = parseModel(readFileSync(path));
const { samples } = await openCalibrationData(model, { model: path, data, limit: Number(limit) });
const [input, output] = [model.graph.inputs[0]?.name ?? '', model.graph.outputs[0]?.name ?? ''];
const pictures = [...samples(() => {})].map((sample) => sample[input] as Float32Array);
const [count, length] = [pictures.length, pictures[0]?.length ?? 0];
const all = new Float32Array(count * length);
pictures.forEach((picture, i) => {
  all.set(picture, i * length);
});
const x: Tensor = { shape: [count, ...(model.graph.inputs[0]?.shape.slice(1) ?? [])], data: all };

const file = exportOnnx(model);
const own = new Session(model, loadKernels('inference')).run({ [input]: all })[output] as Tensor;
const classes = own.data.length / count;
const called = topClasses(own.data, classes);
const largest = own.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
for (const optimize of [false, true]) {
  const theirs = (await runOnnxruntime(file, { [input]: x }, { optimize }))[output] as Tensor;
  const differences = own.data.map((value, i) => Math.abs(value - (theirs.data[i] as number)));
  const theirCalls = topClasses(theirs.data, classes);
  const same = called.filter((each, i) => each === theirCalls[i]).length;
  const apart = differences.reduce((most, value) => Math.max(most, value), 0);
  const equal = differences.filter((value) => value === 0).length;
  console.log(
    `${optimize ? 'rewritten' : 'as written'}: ${same} of ${count} pictures called the same; ${equal} of ${own.data.length} ` +
      `outputs equal, largest difference ${apart.toExponential(1)} (largest output ${largest.toFixed(2)})`,
  );
  if (same < count) process.exitCode = 1;
}

/**
 * `node bench/tfjs/compare.ts MODEL.json [--inputs A] [--outputs B,C] [--shape 1,300,300,3] [--range 0,255]`: imports a
 * model, runs it and TensorFlow.js (backend cpu) on the same seeded numbers, and prints for every output the largest
 * difference, and that over the largest value. Ends with 1 where that is above 1e-3.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseDocument } from '../../engine/formats/tfjs/document.ts';
import { importTfjs } from '../../engine/formats/tfjs/import-model.ts';
import { Random } from '../../engine/random.ts';
import { Session } from '../../engine/session.ts';
import { elementCount, formatShape, sameShape } from '../../engine/tensor.ts';
import { shardReader } from '../../scripts/io/external-data.ts';
import { loadKernels } from '../../scripts/kernels.ts';
import { runTfjs } from './runtime.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    inputs: { type: 'string' },
    outputs: { type: 'string' },
    shape: { type: 'string' },
    range: { type: 'string', default: '0,1' },
  },
});
const [path] = positionals;
if (path === undefined) {
  console.error('compare: expected a model.json');
  process.exit(2);
}

const json = readFileSync(path, 'utf8');
const folder = dirname(path);
const inputs = values.inputs?.split(',');
const start = performance.now();
const model = importTfjs(json, {
  readShard: shardReader(folder),
  ...(inputs && { inputs }),
  ...(values.outputs !== undefined && { outputs: values.outputs.split(',') }),
  ...(values.shape !== undefined && { shapes: { [inputs?.[0] ?? '']: values.shape.split(',').map(Number) } }),
});
console.log(`imported in ${(performance.now() - start).toFixed(0)} ms`);

const [lo, hi] = values.range.split(',').map(Number) as [number, number];
const random = new Random(1);
const feeds = model.graph.inputs.map(({ name, shape }) => ({
  name,
  shape,
  data: Float32Array.from({ length: elementCount(shape) }, () => lo + (hi - lo) * random.float()),
}));
const names = model.graph.outputs.map(({ name }) => name);
const document = parseDocument(json);
const files = document.weightsManifest.flatMap(({ paths }) => paths).map((file) => readFileSync(join(folder, file)));
const expected = await runTfjs(document, new Uint8Array(Buffer.concat(files)), feeds, names);
const results = new Session(model, loadKernels('inference', 'baseline')).run(
  Object.fromEntries(feeds.map(({ name, data }) => [name, data])),
);

let isClose = true;
for (const { name, shape, data } of expected) {
  const actual = results[name];
  let [largest, difference] = [0, 0];
  data.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs(value - (actual?.data[i] ?? Number.NaN)));
  });
  const isSame = actual !== undefined && sameShape(actual.shape, shape) && difference <= 1e-3 * largest;
  isClose &&= isSame;
  const relative = (difference / largest).toExponential(1);
  console.log(
    `${name} ${formatShape(shape)}: ${difference.toExponential(1)} of ${largest.toPrecision(4)}, ${relative}`,
  );
}
process.exitCode = isClose ? 0 : 1;

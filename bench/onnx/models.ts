/**
 * `node bench/onnx/models.ts FOLDER`: imports every NAME.onnx of a folder and compares what the engine makes of
 * NAME.input.bin with NAME.output.bin, with onnxruntime, and with onnxruntime's run of the model exported again. NAME.json
 * tells names and shapes: {"input": {"name", "shape"}, "output": {"name", "shape"}}. Exits 1 beyond 1e-3.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exportOnnx } from '../../engine/formats/onnx/export-model.ts';
import { importOnnx } from '../../engine/formats/onnx/import-model.ts';
import { Session } from '../../engine/session.ts';
import type { Tensor } from '../../engine/tensor.ts';
import { loadKernels } from '../../scripts/kernels.ts';
import { difference } from './difference.ts';
import { runOnnxruntime } from './runtime.ts';

/** Relative to max(1, |y|): deep networks add thousands of products, and each engine in its own order. */
const TOLERANCE = 1e-3;

interface Described {
  readonly name: string;
  readonly shape: readonly number[];
}

const { positionals } = parseArgs({ allowPositionals: true });
const [folder] = positionals;
if (folder === undefined || positionals.length > 1) {
  console.error('usage: node bench/onnx/models.ts FOLDER');
  process.exit(2);
}

const kernels = loadKernels('inference');

const floats = (path: string): Float32Array => {
  const bytes = new Uint8Array(readFileSync(path));
  return new Float32Array(bytes.buffer);
};

for (const file of readdirSync(folder).filter((name) => name.endsWith('.onnx'))) {
  const base = join(folder, file.slice(0, -'.onnx'.length));
  const description = JSON.parse(readFileSync(`${base}.json`, 'utf8')) as { input: Described; output: Described };
  const bytes = readFileSync(`${base}.onnx`);
  const input: Tensor = { shape: description.input.shape, data: floats(`${base}.input.bin`) };
  const expected: Tensor = { shape: description.output.shape, data: floats(`${base}.output.bin`) };

  const start = performance.now();
  const model = importOnnx(bytes, { shapes: { [description.input.name]: input.shape } });
  const importMs = performance.now() - start;
  const session = new Session(model, kernels);
  const own = session.run({ [description.input.name]: input.data })[description.output.name];

  const inputs = { [description.input.name]: input };
  const theirs = await runOnnxruntime(bytes, inputs, { optimize: true });
  const again = await runOnnxruntime(exportOnnx(model), inputs, { optimize: true });
  const differences = {
    'given output': difference(own, expected),
    onnxruntime: difference(own, theirs[description.output.name]),
    'exported again': difference(own, again[description.output.name]),
  };
  const figures = Object.entries(differences).map(
    ([name, { largest, wrong }]) => `${name} ${largest.toExponential(1)}${wrong ? ` (${wrong})` : ''}`,
  );
  console.log(`${file}: imported in ${importMs.toFixed(0)} ms; apart from ${figures.join(', ')}`);
  if (Object.values(differences).some(({ largest }) => !(largest <= TOLERANCE))) process.exitCode = 1;
}

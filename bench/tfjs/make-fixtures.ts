/**
 * `node bench/tfjs/make-fixtures.ts [NAME…]`: builds tiny models of TensorFlow.js, runs them there (backend cpu, 4.22) and
 * writes model.json, weights and `expected.json` with inputs and outputs to test/fixtures/tfjs/NAME, which
 * test/engine/formats/tfjs/fixtures.test.ts then runs in the engine.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '../../engine/random.ts';
import { elementCount } from '../../engine/tensor.ts';
import type { Fixture } from './fixture.ts';
import { graphs } from './graphs.ts';
import { layersModels } from './layers.ts';
import { runTfjs } from './runtime.ts';

const root = fileURLToPath(new URL('../../test/fixtures/tfjs', import.meta.url));
const fixtures = [...graphs, ...layersModels];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !fixtures.some((fixture) => fixture.name === name));
if (unknown.length > 0) {
  console.error(`make-fixtures: no fixture is named ${unknown.join(', ')}`);
  process.exit(2);
}
if (wanted.length === 0) rmSync(root, { recursive: true, force: true });
for (const fixture of fixtures) {
  if (wanted.length > 0 && !wanted.includes(fixture.name)) continue;
  try {
    await write(fixture);
  } catch (error) {
    throw new Error(`fixture ${fixture.name}`, { cause: error });
  }
}

async function write(fixture: Fixture): Promise<void> {
  const folder = join(root, fixture.name);
  mkdirSync(folder, { recursive: true });
  const random = new Random([...fixture.name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2 ** 31, 3));
  const inputs = [...fixture.inputs].map(([name, shape]) => {
    const data = Float32Array.from({ length: elementCount(shape) }, () => 2 * random.float() - 1);
    return { name, shape, data };
  });
  const outputs = await runTfjs(fixture.document, fixture.weights, inputs, fixture.outputs);
  const plain = (tensors: typeof inputs) => tensors.map(({ name, shape, data }) => ({ name, shape, data: [...data] }));
  writeFileSync(join(folder, 'model.json'), `${JSON.stringify(fixture.document)}\n`);
  writeFileSync(join(folder, 'weights.bin'), fixture.weights);
  writeFileSync(
    join(folder, 'expected.json'),
    `${JSON.stringify({ inputs: plain(inputs), outputs: plain(outputs) })}\n`,
  );
}

/** Models of eight bits by way of ONNX, as a user calls the verbs: QDQ in, QDQ out. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseModel } from '../../../engine/model-file.ts';
import { seededInput } from '../../suites/seeded.ts';
import { borde, temporaryFolder } from '../cli.ts';

const DIGITS = 'models/digits.safetensors';

async function ok(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await borde(args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

test('digits: quantized, exported, imported: the same bits, the same answers, a quarter of the bytes all along', async () => {
  const folder = temporaryFolder();
  const [eight, onnx, back] = ['eight.safetensors', 'eight.onnx', 'back.safetensors'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  await ok('quantize', DIGITS, '--calibrate', 'mnist', '--samples', '32', '--out', eight);
  expect(await ok('export', eight, '--out', onnx)).toContain('ONNX operator set 20, eight bits (QDQ)');
  expect(statSync(onnx).size).toBeLessThan(0.27 * statSync(DIGITS).size);
  const shape = ['--input-shape', '1,28,28,1'];
  await ok('import', onnx, '--out', back, ...shape);
  expect(statSync(back).size).toBeLessThan(0.27 * statSync(DIGITS).size);

  const input = join(folder, 'x.bin');
  writeFileSync(input, new Uint8Array(seededInput([1, 28, 28, 1]).buffer));
  const [a, b] = [join(folder, 'a'), join(folder, 'b')];
  await ok('run', eight, '--input', input, '--output', a);
  await ok('run', back, '--input', input, '--output', b);
  expect(readFileSync(b)).toEqual(readFileSync(a));
  for (const picture of ['examples/one.png', 'examples/seven.png']) {
    expect(await ok('predict', back, picture)).toBe(await ok('predict', eight, picture));
  }

  const described = await Promise.all([ok('inspect', eight, '--json'), ok('inspect', onnx, ...shape, '--json')]);
  const [bytes, bytesInOnnx] = described.map((text) => JSON.parse(text).bytes);
  expect(bytesInOnnx).toBe(bytes);
  const plan = await ok('inspect', onnx, ...shape, '--plan');
  const kernels = [...plan.matchAll(/^\S+ +int8 +(\S+)/gm)].map(([, kernel]) => kernel);
  expect(kernels).toEqual(['quantize', 'conv2dU8', 'pool2dU8', 'conv2dU8', 'pool2dU8', 'gemmU8', 'gemmU8']);
});

test('a QDQ file of another maker is imported, inspected and exported again', async () => {
  const folder = temporaryFolder();
  const [model, again] = [join(folder, 'net.safetensors'), join(folder, 'net.onnx')];
  await ok('import', 'test/fixtures/onnx/qdq-network/model.onnx', '--out', model);
  const { graph, tensors } = parseModel(readFileSync(model));
  expect(Object.keys(graph.quantization ?? {}).length).toBeGreaterThan(0);
  expect([...tensors.values()].filter(({ eightBit }) => eightBit).length).toBe(4);
  expect(await ok('inspect', model, '--plan')).toMatch(/int8 +depthwiseConv2dU8/);
  expect(await ok('export', model, '--out', again)).toContain('eight bits (QDQ)');
  const twice = join(folder, 'twice.safetensors');
  await ok('import', again, '--out', twice);
  const input = join(folder, 'x.bin');
  writeFileSync(input, new Uint8Array(seededInput([1, 3, 8, 8]).buffer));
  const [a, b] = [join(folder, 'a'), join(folder, 'b')];
  await ok('run', model, '--input', input, '--output', a);
  await ok('run', twice, '--input', input, '--output', b);
  expect(readFileSync(b)).toEqual(readFileSync(a));
});

test('a cut that leaves integers is refused, with file and output', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'cut.onnx');
  writeFileSync(path, readFileSync('test/fixtures/onnx/qdq-network/model.onnx'));
  const outcome = await borde(['import', path, '--outputs', 'quantizelinear_0', '--out', join(folder, 'out')]);
  expect(outcome.code).toBe(1);
  expect(outcome.err).toContain(`${path}: output "quantizelinear_0" holds uint8, only float32 is supported`);
});

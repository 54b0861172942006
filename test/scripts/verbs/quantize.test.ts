/** `borde quantize`: f16 halves a file and keeps what it says. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseModel, serializeModel } from '../../../engine/model-file.ts';
import { borde, temporaryFolder } from '../cli.ts';

const DIGITS = 'models/digits.safetensors';

test('f16 halves the weights, says what they lose, and reads back to the same bytes', async () => {
  const out = join(temporaryFolder(), 'half.safetensors');
  const outcome = await borde(['quantize', DIGITS, '--out', out, '--json']);
  expect(outcome).toMatchObject({ code: 0, err: '' });
  const { metric, before, after, bytes } = JSON.parse(outcome.out);
  expect(metric).toBe('output error');
  expect(before).toBe(0);
  // A weight moves by at most 2⁻¹¹ of itself; errors of the layers behind each other may add up, not more.
  expect(after).toBeGreaterThan(0);
  expect(after).toBeLessThan(4 * 2 ** -11);
  expect(bytes).toBe(statSync(out).size);
  expect(bytes).toBeLessThan(0.51 * statSync(DIGITS).size);
  expect(serializeModel(parseModel(readFileSync(out)))).toEqual(new Uint8Array(readFileSync(out)));
  const answers = await Promise.all(
    [DIGITS, out].map((model) => borde(['predict', model, 'examples/seven.png', '--top-k', '1'])),
  );
  expect(answers.map(({ out: text }) => text[0])).toEqual(['7', '7']);
});

test('weights beyond what sixteen bits hold are named, and nothing is written', async () => {
  const folder = temporaryFolder();
  const model = parseModel(readFileSync(DIGITS));
  const [[name, tensor] = ['', undefined]] = model.tensors;
  const data = (tensor?.data ?? new Float32Array(1)).slice();
  data[3] = 70_000;
  const path = join(folder, 'large.safetensors');
  writeFileSync(
    path,
    serializeModel({ ...model, tensors: new Map([...model.tensors, [name, { shape: tensor!.shape, data }]]) }),
  );
  const outcome = await borde(['quantize', path, '--out', join(folder, 'out')]);
  expect(outcome.code).toBe(1);
  expect(outcome.err).toContain(`"${name}"`);
  expect(outcome.err).toContain('element 3 is 70000');
  expect(existsSync(join(folder, 'out'))).toBe(false);
});

test('eight bits are not there yet, and say so', async () => {
  expect(await borde(['quantize', DIGITS, '--precision', 'int8', '--out', 'x'])).toMatchObject({ code: 2, out: '' });
});

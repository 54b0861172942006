/** `borde quantize`: what is smaller, what stays, what is refused. */
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { preprocess as imageInput } from '../../../engine/image/preprocess.ts';
import { parseDocument, parseModel, serializeModel } from '../../../engine/model-file.ts';
import { loadCodecs } from '../../../scripts/codecs.ts';
import { openCalibrationData } from '../../../scripts/quantization/calibration-data.ts';
import { borde, temporaryFolder } from '../cli.ts';

const DIGITS = 'models/digits.safetensors';

test('f16 halves the weights, says what they lose, and reads back to the same bytes', async () => {
  const out = join(temporaryFolder(), 'half.safetensors');
  const outcome = await borde(['quantize', DIGITS, '--precision', 'f16', '--out', out, '--json']);
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
  const outcome = await borde(['quantize', path, '--precision', 'f16', '--out', join(folder, 'out')]);
  expect(outcome.code).toBe(1);
  expect(outcome.err).toContain(`"${name}"`);
  expect(outcome.err).toContain('element 3 is 70000');
  expect(existsSync(join(folder, 'out'))).toBe(false);
});

describe('eight bits', () => {
  test('the digits model: a quarter of the bytes, the same answers, files that read back to the same bytes', async () => {
    const out = join(temporaryFolder(), 'eight.safetensors');
    const outcome = await borde([
      'quantize',
      DIGITS,
      '--calibrate',
      'mnist',
      '--samples',
      '128',
      '--out',
      out,
      '--json',
    ]);
    expect(outcome).toMatchObject({ code: 0, err: '' });
    const { metric, before, after, agreement, bytes } = JSON.parse(outcome.out);
    expect(metric).toBe('accuracy');
    expect(agreement).toBeGreaterThanOrEqual(0.995);
    expect(after).toBeGreaterThanOrEqual(before - 0.003);
    expect(bytes).toBe(statSync(out).size);
    expect(bytes).toBeLessThan(0.26 * statSync(DIGITS).size);
    expect(serializeModel(parseModel(readFileSync(out)))).toEqual(new Uint8Array(readFileSync(out)));
    const { card } = parseModel(readFileSync(out));
    expect(card.provenance?.command).toMatch(
      /&& borde quantize --precision int8 --calibrate mnist --method minmax --samples 128$/,
    );
    expect(card.provenance?.metrics?.accuracy).toBe(after);
    const again = await borde(['quantize', out, '--calibrate', 'mnist', '--out', join(temporaryFolder(), 'x')]);
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toContain('is a model of eight bits already');
  });

  test('a folder of pictures without classes will do', async () => {
    const folder = temporaryFolder();
    for (const name of ['one.png', 'seven.png']) copyFileSync(`examples/${name}`, join(folder, name));
    const out = join(temporaryFolder(), 'eight.safetensors');
    const outcome = await borde([
      'quantize',
      DIGITS,
      '--calibrate',
      `images:${folder}`,
      '--method',
      'mse',
      '--out',
      out,
    ]);
    expect(outcome).toMatchObject({ code: 0, err: '' });
    expect(outcome.out).toContain('agreement before 100.00 %');
  });

  test.each([
    [[], /int8 needs pictures to calibrate with: --calibrate mnist/, 2],
    [['--calibrate', 'images:no-such-folder'], /no-such-folder: no such file or folder/, 1],
    [['--calibrate', 'nothing'], /nothing: unknown data set/, 1],
  ] as const)('%j is refused, and nothing is written', async (flags, sentence, code) => {
    const out = join(temporaryFolder(), 'out');
    const outcome = await borde(['quantize', DIGITS, ...flags, '--out', out]);
    expect(outcome).toMatchObject({ code, out: '' });
    expect(outcome.err).toMatch(sentence);
    expect(existsSync(out)).toBe(false);
  });

  test('a node to keep stays f32, and the file says so; one that is not there is refused', async () => {
    const out = join(temporaryFolder(), 'kept.safetensors');
    const flags = ['--calibrate', 'images:examples', '--out', out];
    const outcome = await borde(['quantize', DIGITS, ...flags, '--keep', 'conv2']);
    expect(outcome).toMatchObject({ code: 0, err: '' });
    const { card, tensors } = parseModel(readFileSync(out));
    expect(card.provenance?.command).toMatch(/ --keep conv2$/);
    const inEight = ['conv1', 'conv2', 'dense1'].map((id) => tensors.get(`${id}.filter`)?.eightBit !== undefined);
    expect(inEight).toEqual([true, false, true]);
    const refused = await borde(['quantize', DIGITS, ...flags, '--keep', 'conv9']);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain(`${DIGITS}: there is no node "conv9" to keep`);
  });

  test('a model that does not say what pictures are to it is named', async () => {
    const model = parseModel(readFileSync(DIGITS));
    const path = join(temporaryFolder(), 'plain.safetensors');
    writeFileSync(path, serializeModel({ ...model, card: {} }));
    const outcome = await borde(['quantize', path, '--calibrate', 'mnist', '--out', join(temporaryFolder(), 'out')]);
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(outcome.err).toContain(`${path}: its file does not say how pictures become inputs`);
  });
});

describe('a model that classifies nothing', () => {
  test('is compared by its masks, on photographs as it sees them', async () => {
    const out = join(temporaryFolder(), 'eight.safetensors');
    const folder = temporaryFolder();
    copyFileSync('test/fixtures/photos/astronaut.jpg', join(folder, 'astronaut.jpg'));
    const flags = ['--calibrate', `images:${folder}`, '--out', out, '--json'];
    const outcome = await borde(['quantize', 'models/selfie-segmenter.safetensors', ...flags]);
    expect(outcome).toMatchObject({ code: 0, err: '' });
    const { metric, before, after } = JSON.parse(outcome.out);
    expect({ metric, before }).toEqual({ metric: 'agreement', before: 1 });
    // Masks of eight bits differ at their rims.
    expect(after).toBeGreaterThan(0.8);
    expect(after).toBeLessThan(1);
  });
});

test.each([
  { fit: 'letterbox', fill: 7, antialias: true, channels: 'BGR' },
  { fit: 'crop', antialias: false, channels: 'RGB' },
] as const)('calibration sees what prediction sees: %j', async (fields) => {
  const preprocess = { size: [20, 30], scale: 1, mean: [1, 2, 3], std: [1, 1, 2], ...fields } as const;
  const { graph, card } = parseDocument(
    JSON.stringify({
      format: 'borde/1',
      inputs: [{ name: 'x', shape: [1, 30, 20, 3], layout: 'NHWC' }],
      nodes: [{ id: 'y', kind: 'relu', inputs: ['x'] }],
      outputs: [{ name: 'y', from: 'y' }],
      preprocess,
    }),
  );
  const folder = temporaryFolder();
  copyFileSync('test/fixtures/photos/chelsea.jpg', join(folder, 'cat.jpg'));
  const request = { model: 'm', data: `images:${folder}`, limit: 9 };
  const { samples } = await openCalibrationData({ graph, card, tensors: new Map() }, request);
  const photo = (await loadCodecs()).decode(readFileSync('test/fixtures/photos/chelsea.jpg'));
  expect([...samples(() => {})]).toEqual([{ x: imageInput(photo, card.preprocess!) }]);
});

/** The Open Inference Protocol: metadata and infer. */
import { describe, expect, test } from 'vitest';
import { parseModel } from '../../engine/model-file.ts';
import { Session } from '../../engine/session.ts';
import type { InferRequest } from '../../worker/protocol/schema.ts';
import { digits, expectError, kernels, makeApp, post, postJson } from './support.ts';

const app = makeApp();
const path = '/v2/models/digits/infer';
const direct = new Session(parseModel(digits), kernels);

/** Any 784 numbers. */
const digit = (seed: number): number[] => Array.from({ length: 784 }, (_, i) => ((i * 31 + seed * 17) % 97) / 97);
const logits = (sample: readonly number[]) => Array.from(direct.run({ image: Float32Array.from(sample) }).logits!.data);

/** Flat → nested. */
const nest = (flat: readonly unknown[], shape: readonly number[]): readonly unknown[] =>
  shape.length === 1
    ? flat
    : Array.from({ length: shape[0] as number }, (_, i) => {
        const length = flat.length / (shape[0] as number);
        return nest(flat.slice(i * length, (i + 1) * length), shape.slice(1));
      });

type Document = Record<string, unknown>;
const request = (...samples: (readonly number[])[]): InferRequest => ({
  inputs: [{ name: 'image', shape: [samples.length, 28, 28, 1], datatype: 'FP32', data: samples.flat() }],
});
const answer = async (document: Document): Promise<Document> => {
  const response = await postJson(app, path, document);
  expect(response.status).toBe(200);
  return response.json();
};

describe('metadata', () => {
  const json = async (url: string) => (await app.request(url)).json();

  test('of the server', async () => {
    expect(await json('/v2')).toEqual({ name: 'borde', version: expect.any(String), extensions: ['classification'] });
    expect(await json('/v2/health/live')).toEqual({ live: true });
    expect(await json('/v2/health/ready')).toEqual({ ready: true });
  });

  test.each(['', '/versions/1'])('of a model%s', async (version) => {
    expect(await json(`/v2/models/digits${version}`)).toEqual({
      name: 'digits',
      versions: ['1'],
      platform: 'borde_safetensors',
      inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 28, 28, 1] }],
      outputs: [{ name: 'logits', datatype: 'FP32', shape: [-1, 10] }],
    });
    expect(await json(`/v2/models/digits${version}/ready`)).toEqual({ name: 'digits', ready: true });
  });
});

describe('infer', () => {
  test('answers what the engine computes', async () => {
    expect(await answer(request(digit(1)))).toEqual({
      model_name: 'digits',
      model_version: '1',
      outputs: [{ name: 'logits', datatype: 'FP32', shape: [1, 10], data: logits(digit(1)) }],
    });
  });

  test('takes data flat, nested and half nested', async () => {
    const samples = [digit(1), digit(2)];
    const flat = await answer(request(...samples));
    const shapes = [
      [2, 28, 28, 1],
      [2, 784],
      [2, 28, 28],
    ];
    for (const shape of shapes) {
      const [input] = request(...samples).inputs;
      expect(await answer({ inputs: [{ ...input, data: nest(samples.flat(), shape) }] })).toEqual(flat);
    }
  });

  test('answers N samples each exactly as alone', async () => {
    const samples = [1, 2, 3, 4, 5].map(digit);
    const { outputs } = await answer(request(...samples));
    expect(outputs).toEqual([{ name: 'logits', datatype: 'FP32', shape: [5, 10], data: samples.flatMap(logits) }]);
  });

  test.each(['7', '', 'a'.repeat(2000), '"\\\n', '\ud800', 'größe 💥'])('echoes the id %j', async (id) => {
    expect((await answer({ id, ...request(digit(1)) })).id).toBe(id);
  });

  test('ignores unknown parameters and needs no content type', async () => {
    const document = request(digit(1));
    const [input] = document.inputs;
    const plain = await answer(document);
    const more = {
      ...document,
      parameters: { priority: 1, binary_data_output: false },
      inputs: [{ ...input, parameters: { shared_memory_region: 'x' } }],
      outputs: [{ name: 'logits', parameters: { binary_data: false } }],
    };
    expect(await answer(more)).toEqual(plain);
    const bare = await post(app, path, new TextEncoder().encode(JSON.stringify(document)));
    expect(await bare.json()).toEqual(plain);
  });

  test('an empty list of outputs is all of them', async () => {
    expect(await answer({ ...request(digit(1)), outputs: [] })).toEqual(await answer(request(digit(1))));
  });

  test('Server-Timing has the run', async () => {
    const response = await postJson(app, path, request(digit(1)));
    expect(response.headers.get('server-timing')).toMatch(/^run;dur=[\d.]+$/);
  });
});

describe('classification', () => {
  const classify = async (classification: number, ...samples: number[][]) => {
    const document = { ...request(...samples), outputs: [{ name: 'logits', parameters: { classification } }] };
    return ((await answer(document)).outputs as Document[])[0] as Document;
  };

  test('gives the greatest values of each sample with index and label', async () => {
    const samples = [digit(1), digit(2)];
    const expected = samples.flatMap((sample) =>
      logits(sample)
        .map((value, index) => ({ value, index }))
        .sort((a, b) => b.value - a.value)
        .slice(0, 3)
        .map(({ value, index }) => `${value.toFixed(6)}:${index}:${index}`),
    );
    expect(await classify(3, ...samples)).toEqual({ name: 'logits', datatype: 'BYTES', shape: [2, 3], data: expected });
  });

  test('gives all classes where more are asked for, and values where none are', async () => {
    expect((await classify(1000, digit(1))).shape).toEqual([1, 10]);
    expect((await classify(0, digit(1))).datatype).toBe('FP32');
  });
});

describe('is refused', () => {
  const good = request(digit(1));
  const [input] = good.inputs as [InferRequest['inputs'][number]];
  const withInput = (change: Document) => ({ inputs: [{ ...input, ...change }] });
  const withNumber = (value: unknown) => withInput({ data: [...digit(1).slice(1), value] });

  test.each<[string, unknown, string]>([
    ['an array', [], '$'],
    ['null', null, '$'],
    ['a number', 7, '$'],
    ['no inputs', {}, '$.inputs: missing'],
    ['inputs that are no array', { inputs: {} }, '$.inputs'],
    ['an empty list of inputs', { inputs: [] }, '"image" [-1,28,28,1] is missing'],
    ['an unknown input', withInput({ name: 'picture' }), '$.inputs[0].name'],
    ['an input twice', { inputs: [input, input] }, '$.inputs[1].name'],
    ['an input beside the right one', { inputs: [input, { ...input, name: 'more' }] }, '$.inputs[1].name'],
    ['no datatype', withInput({ datatype: undefined }), '$.inputs[0].datatype: missing'],
    ['another datatype', withInput({ datatype: 'FP64' }), 'expected "FP32", got "FP64"'],
    ['a datatype that is no string', withInput({ datatype: 32 }), '$.inputs[0].datatype'],
    ['a shape of another rank', withInput({ shape: [784] }), '$.inputs[0].shape'],
    ['another shape', withInput({ shape: [1, 1, 28, 28] }), '$.inputs[0].shape'],
    ['no samples', withInput({ shape: [0, 28, 28, 1], data: [] }), '$.inputs[0].shape'],
    ['−1 samples', withInput({ shape: [-1, 28, 28, 1] }), '$.inputs[0].shape[0]'],
    ['half a sample', withInput({ shape: [0.5, 28, 28, 1] }), '$.inputs[0].shape[0]'],
    ['a shape of strings', withInput({ shape: ['1', 28, 28, 1] }), '$.inputs[0].shape[0]'],
    ['2^53 samples', withInput({ shape: [2 ** 53, 28, 28, 1] }), '$.inputs[0].shape[0]'],
    ['2^52 samples', withInput({ shape: [2 ** 52, 28, 28, 1] }), '$.inputs[0].data'],
    ['a million samples', withInput({ shape: [1e6, 28, 28, 1] }), 'expected 784000000 numbers'],
    ['a shape of 1e300', withInput({ shape: [1e300, 28, 28, 1] }), '$.inputs[0].shape[0]'],
    ['no data', withInput({ data: undefined }), '$.inputs[0].data: missing'],
    ['data of another length', withInput({ data: digit(1).slice(1) }), 'expected 784 numbers'],
    ['too many data', withInput({ data: [...digit(1), 0] }), 'expected 784 numbers, got 785'],
    ['data as text', withInput({ data: 'AAAA' }), '$.inputs[0].data'],
    ['ragged data', withInput({ data: [digit(1).slice(1), 0] }), '$.inputs[0].data'],
    [
      'data nested against the shape',
      withInput({ shape: [2, 28, 28, 1], data: nest([...digit(1), ...digit(2)], [28, 56]) }),
      '$.inputs[0].data',
    ],
    ['data nested too deep', withInput({ data: nest(digit(1), [1, 28, 28, 1, 1]) }), '$.inputs[0].data'],
    ['a string among numbers', withNumber('0.5'), '$.inputs[0].data[783]'],
    ['null among numbers', withNumber(null), '$.inputs[0].data[783]'],
    ['a boolean among numbers', withNumber(true), '$.inputs[0].data[783]'],
    ['an array among numbers', withNumber([1]), '$.inputs[0].data[783]'],
    ['a number beyond f32', withNumber(3.5e38), 'FP32 can hold'],
    ['numbers whose logits overflow', withInput({ data: digit(1).map(() => 3e38) }), 'overflows'],
    [
      'binary data',
      withInput({ data: undefined, parameters: { binary_data_size: 3136 } }),
      'binary tensor data are not read',
    ],
    ['an id that is no string', { ...good, id: 7 }, '$.id'],
    ['parameters that are no object', { ...good, parameters: [] }, '$.parameters'],
    ['outputs that are no array', { ...good, outputs: {} }, '$.outputs'],
    ['an unknown output', { ...good, outputs: [{ name: 'scores' }] }, '$.outputs[0].name'],
    ['an output twice', { ...good, outputs: [{ name: 'logits' }, { name: 'logits' }] }, '$.outputs[1].name'],
    ['an output without a name', { ...good, outputs: [{}] }, '$.outputs[0].name'],
    [
      'a negative classification',
      { ...good, outputs: [{ name: 'logits', parameters: { classification: -1 } }] },
      'classification',
    ],
    [
      'a classification that is no number',
      { ...good, outputs: [{ name: 'logits', parameters: { classification: '3' } }] },
      'classification',
    ],
    ['a long name', withInput({ name: 'x'.repeat(10_000) }), '$.inputs[0].name'],
  ])('%s', async (_, document, sentence) => {
    expect(await expectError(await postJson(app, path, document), 400)).toContain(sentence);
    expect(await answer(good as Document)).toMatchObject({ model_name: 'digits' });
  });

  test.each<[string, string, number]>([
    ['nothing', '', 400],
    ['half a document', '{"inputs":[', 400],
    ['NaN', JSON.stringify(good).replace('[0.', '[NaN,0.'), 400],
    ['1e400', JSON.stringify(withNumber(7777)).replace('7777', '1e400'), 400],
    ['2^53 + 1 samples', JSON.stringify(good).replace('[1,28', '[9007199254740993,28'), 400],
    ['a depth of 65', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`, 413],
    ['a million brackets', '['.repeat(1e6), 413],
    ['too many values', `{"inputs":[${'[],'.repeat(2e6)}0]}`, 413],
  ])('%s', async (_, body, status) => {
    await expectError(await post(app, path, body, { 'content-type': 'application/json' }), status);
    expect(await answer(good as Document)).toMatchObject({ model_name: 'digits' });
  });

  test('more samples than a request may run', async () => {
    const small = makeApp({ limits: { macs: 2 * 2_631_040 } });
    expect((await postJson(small, path, request(digit(1), digit(2)))).status).toBe(200);
    await expectError(await postJson(small, path, request(digit(1), digit(2), digit(3))), 413);
  });
});

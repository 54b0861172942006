import jpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';
import { describe, expect, test } from 'vitest';
import { createCodecs, encodePng } from '../../engine/image/codec.ts';
import { parseModel } from '../../engine/model-file.ts';
import { Predictor } from '../../engine/tasks/predictor.ts';
import { concat, sevenImage, sevenJpeg, sevenPng, toBase64 } from './pictures.ts';
import { digits, kernels, makeApp, post, postJson, predictPath } from './support.ts';

interface Entry {
  readonly label: string;
  readonly score: number;
}

const app = makeApp();
const direct = new Predictor(parseModel(digits), kernels);

const entries = async (response: Response | Promise<Response>): Promise<Entry[]> => {
  const answered = await response;
  expect(answered.status).toBe(200);
  expect(answered.headers.get('content-type')).toBe('application/json');
  return answered.json();
};

const form = (...fields: readonly (readonly [string, Uint8Array | string])[]): FormData => {
  const data = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, new Blob([value]), 'picture');
  }
  return data;
};

describe('one picture', () => {
  const expected = direct.predict(sevenImage);

  test.each([
    ['as bytes', () => post(app, predictPath, sevenPng)],
    ['as bytes with the wrong type', () => post(app, predictPath, sevenPng, { 'content-type': 'image/jpeg' })],
    ['as multipart', () => post(app, predictPath, form(['image', sevenPng]))],
    ['as base64 in JSON', () => postJson(app, predictPath, { inputs: toBase64(sevenPng) })],
    ['as JSON of another name', () => post(app, predictPath, JSON.stringify({ inputs: toBase64(sevenPng) }))],
  ])('%s gets what the engine answers', async (_, send) => expect(await entries(send())).toEqual(expected));

  test('scores fall and are a distribution', async () => {
    const answer = await entries(post(app, `${predictPath}?top_k=10`, sevenPng));
    expect(answer).toHaveLength(10);
    expect(answer.map(({ score }) => score)).toEqual(answer.map(({ score }) => score).sort((a, b) => b - a));
    // Ten f32 numbers, each rounded once: the sum is off by at most ten half units in the last place of 1.
    expect(Math.abs(answer.reduce((sum, { score }) => sum + score, 0) - 1)).toBeLessThanOrEqual(10 * 2 ** -24 * 2);
  });

  test('a JPEG gets what the engine answers to its pixels', async () => {
    const expected = direct.predict(createCodecs({ jpegDecoder }).decode(sevenJpeg));
    expect(await entries(post(app, predictPath, sevenJpeg))).toEqual(expected);
  });

  test('what stands behind a picture in its file does not count', async () => {
    for (const picture of [sevenPng, sevenJpeg]) {
      const alone = await entries(post(app, predictPath, picture));
      expect(await entries(post(app, predictPath, concat(picture, '<script>alert(1)</script>PK\x03\x04')))).toEqual(
        alone,
      );
    }
  });
});

describe('parameters', () => {
  test.each([
    ['in the query', () => post(app, `${predictPath}?top_k=3&threshold=0.05`, sevenPng)],
    ['as fields', () => post(app, predictPath, form(['image', sevenPng], ['top_k', '3'], ['threshold', '0.05']))],
    [
      'as file parts',
      () => post(app, predictPath, form(['image', sevenPng], ['top_k', concat('3')], ['threshold', concat('0.05')])),
    ],
    [
      'in JSON',
      () => postJson(app, predictPath, { inputs: toBase64(sevenPng), parameters: { top_k: 3, threshold: 0.05 } }),
    ],
    [
      'in both places, one each',
      () => post(app, `${predictPath}?top_k=3`, form(['image', sevenPng], ['threshold', '.05'])),
    ],
  ])('%s', async (_, send) => {
    expect(await entries(send())).toEqual(direct.predict(sevenImage, { topK: 3, threshold: 0.05 }));
  });

  test('five entries without any', async () => expect(await entries(post(app, predictPath, sevenPng))).toHaveLength(5));

  test('more entries than classes are all classes', async () => {
    expect(await entries(post(app, `${predictPath}?top_k=9007199254740991`, sevenPng))).toHaveLength(10);
  });

  test('a threshold of 1 may leave nothing', async () => {
    expect(await entries(post(app, `${predictPath}?threshold=1`, sevenPng))).toEqual([]);
  });
});

describe('several pictures', () => {
  const inverse = encodePng({ ...sevenImage, data: sevenImage.data.map((value) => 255 - value) });
  const pictures = [inverse, sevenPng, sevenJpeg, inverse];

  test('get an array in their order, each exactly as alone', async () => {
    const alone = await Promise.all(pictures.map((picture) => entries(post(app, predictPath, picture))));
    const parts = pictures.map((picture) => ['image', picture] as const);
    expect(await entries(post(app, predictPath, form(...parts)))).toEqual(alone);
  });
});

test('the same request gives the same bytes, in another isolate too', async () => {
  const ask = async (one: typeof app) => (await post(one, predictPath, sevenPng)).text();
  const first = await ask(app);
  expect(await ask(app)).toBe(first);
  expect(await ask(makeApp())).toBe(first);
});

test('Server-Timing has the four stages', async () => {
  const header = (await post(app, predictPath, sevenPng)).headers.get('server-timing') ?? '';
  expect(header.split(', ').map((stage) => stage.replace(/=[\d.]+$/, ''))).toEqual([
    'decode;dur',
    'preprocess;dur',
    'run;dur',
    'postprocess;dur',
  ]);
});

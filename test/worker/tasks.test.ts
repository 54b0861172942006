/** Every task through HTTP: what the engine answers to the same picture, in the form that the OpenAPI document promises. */
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { encodePng } from '../../engine/image/codec.ts';
import type { Image } from '../../engine/image/image.ts';
import { decodePng } from '../../engine/image/png.ts';
import { parseModel } from '../../engine/model-file.ts';
import { Session } from '../../engine/session.ts';
import { Predictor } from '../../engine/tasks/predictor.ts';
import type { Segmentation } from '../../engine/tasks/segment.ts';
import { descriptionOf } from '../../worker/describe-route.ts';
import { fromBase64, toBase64 } from './pictures.ts';
import { kernels, makeApp, post, postJson } from './support.ts';
import { noise, taskModels } from './task-models.ts';

const app = makeApp({ models: taskModels });
const names = Object.keys(taskModels);
const predictors = new Map(names.map((name) => [name, new Predictor(parseModel(taskModels[name]!), kernels)]));

/** What `/openapi.json` says that a route answers. */
const schemaOf = (path: string): v.GenericSchema => {
  const description = app.routes
    .filter((route) => route.path === path)
    .map(({ handler }) => descriptionOf(handler))
    .find((found) => found !== undefined);
  return description!.response['application/json'] as v.GenericSchema;
};
const schema = schemaOf('/v1/models/:model/predict');

async function ask(name: string, query: string, body: BodyInit): Promise<unknown> {
  const response = await post(app, `/v1/models/${name}/predict${query}`, body);
  const text = await response.text();
  expect([response.status, text.slice(0, 200)]).toEqual([200, expect.any(String)]);
  const answer = JSON.parse(text);
  // All of it, and nothing that is not described: the schemas of answers are strict.
  expect(v.parse(schema, answer)).toEqual(answer);
  return answer;
}

/** What JSON makes of an engine's answer. */
const plain = (answer: unknown): unknown => JSON.parse(JSON.stringify(answer));

const pictures: readonly (readonly [string, Image])[] = [
  ['square', noise(64, 64)],
  ['one pixel', noise(1, 1)],
  ['20:1', noise(2000, 100)],
  ['1:20', noise(50, 1000)],
  ['gray', { width: 40, height: 30, channels: 1, data: noise(20, 20).data }],
];

describe.each(names)('%s', (name) => {
  const predictor = predictors.get(name)!;

  test.each(pictures)('%s', async (_, image) => {
    expect(await ask(name, '', encodePng(image))).toEqual(plain(predictor.predict(image)));
  });

  test.each([
    ['?top_k=2&threshold=0.25', { topK: 2, threshold: 0.25 }],
    ['?threshold=0', { threshold: 0 }],
    ['?top_k=1&threshold=1', { topK: 1, threshold: 1 }],
  ])('%s', async (query, options) => {
    const image = noise(48, 64, 2);
    expect(await ask(name, query, encodePng(image))).toEqual(plain(predictor.predict(image, options)));
  });

  test('several pictures are an array, each answered as alone', async () => {
    const images = [noise(20, 30, 1), noise(30, 20, 2), noise(20, 30, 1)];
    const form = new FormData();
    for (const image of images) form.append('image', new Blob([encodePng(image)]), 'x.png');
    const alone = [];
    for (const image of images) alone.push(await ask(name, '', encodePng(image)));
    expect(await ask(name, '', form)).toEqual(alone);
  });

  test('base64 in JSON with parameters', async () => {
    const image = noise(16, 16, 3);
    const response = await postJson(app, `/v1/models/${name}/predict`, {
      inputs: toBase64(encodePng(image)),
      parameters: { top_k: 3, threshold: 0.125 },
    });
    expect(await response.json()).toEqual(plain(predictor.predict(image, { topK: 3, threshold: 0.125 })));
  });
});

describe.each(names.filter((name) => name.startsWith('detect')))('%s', (name) => {
  test('finds nothing at a threshold of 1, and something at 0', async () => {
    expect(await ask(name, '?threshold=1', encodePng(noise(30, 30)))).toEqual([]);
    expect(await ask(name, '?threshold=0&top_k=7', encodePng(noise(30, 30)))).toHaveLength(7);
  });
});

test('masks have the size of the picture', async () => {
  for (const name of ['segment-nhwc', 'segment-nchw']) {
    const [first] = (await ask(name, '', encodePng(noise(200, 10)))) as Segmentation[];
    const { width, height, channels, data } = decodePng(fromBase64(first!.mask));
    expect([width, height, channels]).toEqual([200, 10, 1]);
    expect([...new Set(data)].every((value) => value === 0 || value === 255)).toBe(true);
  }
});

test('a detector answers the Open Inference Protocol with its raw outputs', async () => {
  const { data } = noise(32, 32);
  const image = Float32Array.from(data, (value) => value / 255);
  const response = await postJson(app, '/v2/models/detect-ssd/infer', {
    inputs: [{ name: 'image', shape: [1, 32, 32, 3], datatype: 'FP32', data: Array.from(image) }],
  });
  const expected = new Session(parseModel(taskModels['detect-ssd']!), kernels).run({ image });
  expect(await response.json()).toEqual({
    model_name: 'detect-ssd',
    model_version: '1',
    outputs: ['boxes', 'scores'].map((name) => ({
      name,
      datatype: 'FP32',
      shape: expected[name]!.shape,
      data: Array.from(expected[name]!.data),
    })),
  });
});

test('requests to all models at the same time get the bytes that they get alone, whatever has to make room', async () => {
  const body = encodePng(noise(60, 40, 4));
  const alone = await Promise.all(names.map((name) => ask(name, '', body)));
  const one = 2 ** 20; // about one model
  for (const modelCacheBytes of [1, one, 3 * one]) {
    const small = makeApp({ models: taskModels, limits: { modelCacheBytes } });
    const asked = [...names, ...names.toReversed(), ...names];
    const answers = await Promise.all(
      asked.map(async (name) => (await post(small, `/v1/models/${name}/predict`, body)).json()),
    );
    expect(answers).toEqual(asked.map((name) => alone[names.indexOf(name)]));
  }
});

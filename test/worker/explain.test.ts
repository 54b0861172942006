/** Explanations and layers over HTTP: what the engine gives, as JSON or drawn. */
import { describe, expect, test } from 'vitest';
import { drawChannels } from '../../engine/drawing/channel-sheet.ts';
import { drawHeatMap } from '../../engine/drawing/heat-map.ts';
import { encodePng } from '../../engine/image/codec.ts';
import { parseModel } from '../../engine/model-file.ts';
import { activations, Explainer } from '../../engine/tasks/explain.ts';
import { Predictor } from '../../engine/tasks/predictor.ts';
import { sevenImage, sevenPng, toBase64 } from './pictures.ts';
import { digits, expectProblem, kernels, makeApp, post, postJson, trainingKernels } from './support.ts';
import { noise, taskModels } from './task-models.ts';

const app = makeApp({ models: { digits, ...taskModels } });
const model = parseModel(digits);
const direct = new Explainer(new Predictor(model, kernels), trainingKernels);
const explainPath = '/v1/models/digits/explain';
const activationsPath = '/v1/models/digits/activations';

const plain = <T extends { readonly data: Float32Array }>(result: T): unknown =>
  JSON.parse(JSON.stringify({ ...result, data: Array.from(result.data) }));

const json = async (response: Response | Promise<Response>): Promise<unknown> => {
  const answered = await response;
  expect([answered.status, answered.headers.get('content-type')]).toEqual([200, 'application/json']);
  expect(answered.headers.get('vary')).toBe('Accept');
  return answered.json();
};
const png = async (response: Response | Promise<Response>): Promise<Uint8Array> => {
  const answered = await response;
  expect([answered.status, answered.headers.get('content-type')]).toEqual([200, 'image/png']);
  expect(answered.headers.get('vary')).toBe('Accept');
  return new Uint8Array(await answered.arrayBuffer());
};

describe('explain', () => {
  test.each([
    ['of the best class', '', {}],
    ['of a label', '?class=3', { class: '3' }],
    ['at a layer', '?class=7&layer=conv1', { class: '7', layer: 'conv1' }],
  ])('JSON %s', async (_, query, options) => {
    expect(await json(post(app, explainPath + query, sevenPng))).toEqual(plain(direct.explain(sevenImage, options)));
  });

  test('takes forms and base64', async () => {
    const expected = plain(direct.explain(sevenImage, { class: 4, layer: 'relu2' }));
    const form = new FormData();
    form.append('image', new Blob([sevenPng]), 'seven.png');
    form.append('class', '4');
    form.append('layer', 'relu2');
    expect(await json(post(app, explainPath, form))).toEqual(expected);
    const document = { inputs: toBase64(sevenPng), parameters: { class: 4, layer: 'relu2' } };
    expect(await json(postJson(app, explainPath, document))).toEqual(expected);
    expect(await json(postJson(app, `${explainPath}?layer=relu2`, { ...document, parameters: { class: 4 } }))).toEqual(
      expected,
    );
  });

  test('draws the map over the picture', async () => {
    const drawn = await png(post(app, explainPath, sevenPng, { accept: 'image/png' }));
    const expected = drawHeatMap(sevenImage, direct.explain(sevenImage), model.card.preprocess!);
    expect(drawn).toEqual(encodePng(expected));
  });

  test.each(['localize', 'detect-ssd', 'detect-grid', 'detect-given', 'segment-nhwc', 'segment-nchw'])(
    '%s is explained, too',
    async (name) => {
      const image = noise(40, 24);
      const explainer = new Explainer(new Predictor(parseModel(taskModels[name]!), kernels), trainingKernels);
      const expected = plain(explainer.explain(image, { class: 'dog' }));
      expect(await json(post(app, `/v1/models/${name}/explain?class=dog`, encodePng(image)))).toEqual(expected);
    },
  );

  test('what it cannot answer', async () => {
    const detail = async (response: Promise<Response> | Response, code: Parameters<typeof expectProblem>[1]) =>
      (await expectProblem(await response, code)).detail;
    expect(await detail(post(app, `${explainPath}?layer=nope`, sevenPng), 'unknown-layer')).toContain('"nope"');
    expect(await detail(post(app, `${explainPath}?class=eleven`, sevenPng), 'invalid-input')).toContain('eleven');
    expect(await detail(post(app, `${explainPath}?class=10`, sevenPng), 'invalid-input')).toContain('0 to 9');
    expect(await detail(post(app, '/v1/models/embed/explain', sevenPng), 'invalid-input')).toContain('embed');
    expect(await detail(post(app, `${explainPath}?top_k=1`, sevenPng), 'invalid-input')).toContain('class, layer');
    expect(await detail(post(app, '/v1/models/nope/explain', sevenPng), 'not-found')).toContain('digits, classify');
    const two = new FormData();
    for (let i = 0; i < 2; i++) two.append('image', new Blob([sevenPng]), 'seven.png');
    expect(await detail(post(app, explainPath, two), 'invalid-input')).toContain('one picture, got 2');
    await expectProblem(await post(app, explainPath, sevenPng.slice(0, 100)), 'invalid-image');
  });
});

describe('activations', () => {
  test.each(['conv1', 'relu1', 'pool2'])('JSON of %s', async (layer) => {
    const expected = plain(activations(model, kernels, sevenImage, layer));
    expect(await json(post(app, `${activationsPath}?layer=${layer}`, sevenPng))).toEqual(expected);
    const form = new FormData();
    form.append('image', new Blob([sevenPng]), 'seven.png');
    form.append('layer', layer);
    expect(await json(post(app, activationsPath, form))).toEqual(expected);
  });

  test('draws a sheet of channels', async () => {
    const drawn = await png(post(app, `${activationsPath}?layer=conv2`, sevenPng, { accept: 'image/*' }));
    expect(drawn).toEqual(encodePng(drawChannels(activations(model, kernels, sevenImage, 'conv2'))));
  });

  test('a model without classes has layers, too', async () => {
    const image = noise(20, 20);
    const expected = plain(activations(parseModel(taskModels.embed!), kernels, image, 'relu1'));
    expect(await json(post(app, '/v1/models/embed/activations?layer=relu1', encodePng(image)))).toEqual(expected);
  });

  test('what it cannot answer', async () => {
    await expectProblem(await post(app, `${activationsPath}?layer=nope`, sevenPng), 'unknown-layer');
    const { detail } = await expectProblem(await post(app, activationsPath, sevenPng), 'invalid-input');
    expect(detail).toContain('"layer" is missing');
    await expectProblem(await post(app, `${activationsPath}?layer=dense1`, sevenPng), 'invalid-input');
  });

  test('a layer whose numbers memory could not hold as JSON is refused', async () => {
    // conv1 has 26·26·32 numbers of 48 bytes; the model has 0.9 MB.
    const limits = { sessionBytes: 400_000, modelCacheBytes: 1_000_000 };
    const [enough, short] = [2_000_000, 1_900_000].map((memoryBytes) =>
      makeApp({ limits: { ...limits, memoryBytes } }),
    );
    expect((await post(enough!, `${activationsPath}?layer=conv1`, sevenPng)).status).toBe(200);
    const refused = await post(short!, `${activationsPath}?layer=conv1`, sevenPng);
    const { detail } = await expectProblem(refused, 'limit-exceeded');
    expect(detail).toMatch(/takes \d+ bytes of memory, beside the model "digits" there are \d+/);
  });
});

describe('Accept', () => {
  test.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/json, image/png', 'application/json'],
    ['image/png, application/json', 'application/json'],
    ['image/png', 'image/png'],
    ['image/*', 'image/png'],
    ['IMAGE/PNG;q=0.5', 'image/png'],
    ['application/json;q=0.5, */*', 'image/png'],
    ['application/json;q=0.5, image/png;q=0.6', 'image/png'],
    ['application/json;q=0, */*', 'image/png'],
    ['image/webp, image/png;q=0.1', 'image/png'],
    ['text/html, */*;q=0.1', 'application/json'],
  ])('%s gets %s', async (accept, type) => {
    const response = await post(app, explainPath, sevenPng, accept === undefined ? {} : { accept });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    await response.arrayBuffer();
  });

  test.each(['image/jpeg', 'image/webp, text/html', 'image/png;q=0', '*/*;q=0', 'nonsense'])(
    '%s is not offered',
    async (accept) => {
      const response = await post(app, explainPath, sevenPng, { accept });
      expect(response.headers.get('vary')).toBe('Accept');
      const { detail } = await expectProblem(response, 'not-acceptable');
      expect(detail).toContain('application/json, image/png');
    },
  );
});

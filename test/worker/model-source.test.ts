/** The models among the static assets, as the binding gives them. */
import { describe, expect, test, vi } from 'vitest';
import { readStart, staticModels } from '../../worker/model-source.ts';
import { sevenPng } from './pictures.ts';
import { digits, expectProblem, makeApp, post, predictPath } from './support.ts';

/** A binding that has these files; counts what was asked for. */
function bindingOf(files: Readonly<Record<string, BodyInit>>) {
  const asked: string[] = [];
  const fetch = async (url: string) => {
    const { pathname } = new URL(url);
    asked.push(pathname);
    return pathname in files ? new Response(files[pathname]) : new Response('not there', { status: 404 });
  };
  return { asked, fetch };
}

const index = JSON.stringify({ models: [{ name: 'other', bytes: digits.length }] });
const files = { '/models/index.json': index, '/models/other.safetensors': digits };

test('are served beside the embedded ones', async () => {
  const binding = bindingOf(files);
  const app = makeApp({ assets: staticModels(binding)! });
  const { models } = (await (await app.request('/v1/models')).json()) as { models: { name: string }[] };
  expect(models.map(({ name }) => name)).toEqual(['digits', 'other']);
  const embedded = await (await post(app, predictPath, sevenPng)).text();
  expect(await (await post(app, '/v1/models/other/predict', sevenPng)).text()).toBe(embedded);
  expect(await (await app.request('/v2/models/other/ready')).json()).toEqual({ name: 'other', ready: true });
  const unknown = await expectProblem(await app.request('/v1/models/nope'), 'not-found');
  expect(unknown.detail).toContain('known are digits, other');
});

test('the index is asked for once, an embedded model never asks', async () => {
  const binding = bindingOf(files);
  const app = makeApp({ assets: staticModels(binding)! });
  await post(app, predictPath, sevenPng);
  expect(binding.asked).toEqual([]);
  for (let i = 0; i < 3; i++) await app.request('/v1/models');
  expect(binding.asked).toEqual(['/models/index.json', '/models/other.safetensors']);
});

describe('without', () => {
  test('a binding or an index there are the embedded models', async () => {
    expect(staticModels(undefined)).toBeUndefined();
    const app = makeApp({ assets: staticModels(bindingOf({}))! });
    const { models } = (await (await app.request('/v1/models')).json()) as { models: { name: string }[] };
    expect(models.map(({ name }) => name)).toEqual(['digits']);
    await expectProblem(await app.request('/v1/models/other'), 'not-found');
  });

  test('the file that the index names, or with one of another length, there is a 4xx or 503 and the rest works', async () => {
    const gone = makeApp({ assets: staticModels(bindingOf({ '/models/index.json': index }))! });
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    await expectProblem(await gone.request('/v1/models/other'), 'unavailable');
    expect(log.mock.calls.join()).toContain('models/other.safetensors: the static assets answer 404');
    log.mockRestore();
    const cut = makeApp({
      assets: staticModels(bindingOf({ ...files, '/models/other.safetensors': digits.slice(0, -100) }))!,
    });
    await expectProblem(await post(cut, '/v1/models/other/predict', sevenPng), 'invalid-model');
    for (const app of [gone, cut]) expect((await post(app, predictPath, sevenPng)).status).toBe(200);
  });

  test('an index that can be read', async () => {
    const app = makeApp({ assets: staticModels(bindingOf({ '/models/index.json': '{"models":[{}]}' }))! });
    await expectProblem(await app.request('/v1/models'), 'unavailable');
    expect((await post(app, predictPath, sevenPng)).status).toBe(200);
  });
});

test('no more than the header is read, and the rest is given back', async () => {
  let isCancelled = false;
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(digits.slice(at, at + 7));
      at += 7;
    },
    cancel() {
      isCancelled = true;
    },
  });
  const start = await readStart(new Response(body));
  const end = 8 + Number(new DataView(digits.buffer).getBigUint64(0, true));
  expect(start.length).toBe(Math.ceil(end / 7) * 7);
  expect(start).toEqual(digits.slice(0, start.length));
  expect(isCancelled).toBe(true);
});

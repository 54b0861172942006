/** What holds for every route (HTTP.md §1). */
import { describe, expect, test, vi } from 'vitest';
import { descriptionOf } from '../../worker/describe-route.ts';
import { sevenPng } from './pictures.ts';
import { expectError, expectProblem, makeApp, post, postJson, predictPath } from './support.ts';

const app = makeApp();
const tensor = { name: 'image', shape: [1, 28, 28, 1], datatype: 'FP32', data: new Array(784).fill(0.5) };
const inferPath = '/v2/models/digits/infer';

/** A good request for every route, so that what follows holds for all of them. */
const good: Readonly<Record<string, () => Response | Promise<Response>>> = {
  'GET /v1/models': () => app.request('/v1/models'),
  'GET /v1/models/:model': () => app.request('/v1/models/digits'),
  'POST /v1/models/:model/predict': () => post(app, predictPath, sevenPng),
  'POST /v1/models/:model/explain': () => post(app, '/v1/models/digits/explain', sevenPng),
  'POST /v1/models/:model/activations': () => post(app, '/v1/models/digits/activations?layer=conv1', sevenPng),
  'GET /v2': () => app.request('/v2'),
  'GET /v2/health/live': () => app.request('/v2/health/live'),
  'GET /v2/health/ready': () => app.request('/v2/health/ready'),
  'GET /v2/models/:model': () => app.request('/v2/models/digits'),
  'GET /v2/models/:model/versions/:version': () => app.request('/v2/models/digits/versions/1'),
  'GET /v2/models/:model/ready': () => app.request('/v2/models/digits/ready'),
  'GET /v2/models/:model/versions/:version/ready': () => app.request('/v2/models/digits/versions/1/ready'),
  'POST /v2/models/:model/infer': () => postJson(app, inferPath, { inputs: [tensor] }),
  'POST /v2/models/:model/versions/:version/infer': () =>
    postJson(app, '/v2/models/digits/versions/1/infer', { inputs: [tensor] }),
  'GET /openapi.json': () => app.request('/openapi.json'),
  'GET /docs': () => app.request('/docs'),
};

const routes = [
  ...new Set(app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`)),
];

test('this file knows every route', () => expect(routes.toSorted()).toEqual(Object.keys(good).toSorted()));

describe.each(routes)('%s', (route) => {
  const send = good[route] as () => Promise<Response>;
  const [method, path] = route.split(' ') as [string, string];
  const url = path.replace(':model', 'digits').replace(':version', '1');

  test('is described', () => {
    const handlers = app.routes.filter((entry) => `${entry.method} ${entry.path}` === route);
    expect(handlers.filter(({ handler }) => descriptionOf(handler) !== undefined)).toHaveLength(1);
  });

  test('answers with an id of its own and nosniff', async () => {
    const [first, second] = [await send(), await send()];
    expect(first.status).toBe(200);
    expect(first.headers.get('x-content-type-options')).toBe('nosniff');
    expect(first.headers.get('x-request-id')).toMatch(/^[\w-]{8,}$/);
    expect(first.headers.get('x-request-id')).not.toBe(second.headers.get('x-request-id'));
  });

  test('answers the same bytes to the same request', async () => {
    expect(await (await send()).text()).toBe(await (await send()).text());
  });

  test('refuses other methods and says which there are', async () => {
    const allow = method === 'GET' ? ['GET', 'HEAD'] : ['POST'];
    for (const wrong of ['DELETE', 'PUT', 'PATCH', 'OPTIONS', ...(method === 'GET' ? ['POST'] : ['GET'])]) {
      const response = await app.request(url, { method: wrong });
      expect((response.headers.get('allow') ?? '').split(', ').toSorted()).toEqual(allow);
      if (path.startsWith('/v2')) await expectError(response, 405);
      else await expectProblem(response, 'method-not-allowed');
    }
  });
});

test.each(routes.filter((route) => route.startsWith('GET')))(
  'HEAD instead of %s is the same without the body',
  async (route) => {
    const path = route.slice(4).replace(':model', 'digits').replace(':version', '1');
    const [get, head] = [await app.request(path), await app.request(path, { method: 'HEAD' })];
    expect([head.status, await head.text()]).toEqual([200, '']);
    for (const name of ['content-type', 'etag']) expect(head.headers.get(name)).toBe(get.headers.get(name));
  },
);

describe('errors', () => {
  test.each([
    '/',
    '/v1',
    '/v1/models/',
    '/v1/models/digits/predict/more',
    '/metrics',
    '/v1/augment',
    '/%ff',
    '/__proto__',
  ])('%s is not found', async (path) => void (await expectProblem(await app.request(path), 'not-found')));

  test.each(['nope', '__proto__', 'constructor', 'digits.safetensors', 'DIGITS', '%00', '%ff', 'a'.repeat(5000)])(
    'there is no model %s',
    async (name) => {
      await expectProblem(await app.request(`/v1/models/${name}`), 'not-found');
      await expectProblem(await post(app, `/v1/models/${name}/predict`, sevenPng), 'not-found');
      for (const rest of ['', '/ready', '/versions/1'])
        await expectError(await app.request(`/v2/models/${name}${rest}`), 404);
      await expectError(await postJson(app, `/v2/models/${name}/infer`, { inputs: [tensor] }), 404);
    },
  );

  test.each(['2', '0', '01', 'latest', '-1', '1.0'])('there is no version %s', async (version) => {
    for (const rest of ['', '/ready'])
      await expectError(await app.request(`/v2/models/digits/versions/${version}${rest}`), 404);
    await expectError(await postJson(app, `/v2/models/digits/versions/${version}/infer`, { inputs: [tensor] }), 404);
  });

  test('carry the id and nosniff, too', async () => {
    for (const path of ['/nope', '/v2/nope', '/v1/models/nope', predictPath]) {
      const { headers } = await app.request(path, { headers: { 'x-request-id': 'client-7' } });
      expect([headers.get('x-request-id'), headers.get('x-content-type-options')]).toEqual(['client-7', 'nosniff']);
    }
  });

  test('what nobody foresaw is 503 without a word of the runtime', async () => {
    const silence = vi.spyOn(console, 'error').mockImplementation(() => {});
    const broken = makeApp();
    broken.get('/broken', () => {
      throw new TypeError('cannot read /srv/secret.ts of undefined');
    });
    await expectProblem(await broken.request('/broken'), 'unavailable');
    expect(silence).toHaveBeenCalledOnce();
    silence.mockRestore();
  });
});

describe('request id', () => {
  const idFor = async (sent: string) =>
    (await app.request('/v2', { headers: { 'x-request-id': sent } })).headers.get('x-request-id');

  test('is taken over from a client', async () => expect(await idFor('a-b_c=7')).toBe('a-b_c=7'));

  test.each(['a b', 'a"b', '<script>', 'x'.repeat(101)])('but not %s', async (sent) => {
    expect(await idFor(sent)).not.toBe(sent);
  });
});

describe('caching', () => {
  test.each(['/v1/models', '/v1/models/digits', '/openapi.json', '/docs'])(
    '%s has an ETag that spares the body',
    async (path) => {
      const etag = (await app.request(path)).headers.get('etag') as string;
      expect(etag).toMatch(/^"[\w-]+"$/);
      const again = await app.request(path, { headers: { 'if-none-match': etag } });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
      expect(again.headers.get('x-request-id')).not.toBeNull();
    },
  );
});

describe('CORS', () => {
  const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' };
  const preflight = (one: typeof app) => one.request(predictPath, { method: 'OPTIONS', headers });

  test('is closed by default', async () => {
    const response = await preflight(app);
    expect(response.status).toBe(405);
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('opens for the origins of CORS_ORIGINS and no others', async () => {
    const open = makeApp({ settings: { corsOrigins: ['https://a.example', 'https://b.example'] } });
    expect((await preflight(open)).headers.get('access-control-allow-origin')).toBe('https://a.example');
    const answer = await open.request('/v1/models', { headers: { origin: 'https://b.example' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://b.example');
    const other = await open.request('/v1/models', { headers: { origin: 'https://c.example' } });
    expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });

  test('lets pages read errors', async () => {
    const open = makeApp({ settings: { corsOrigins: ['*'] } });
    const answer = await open.request('/v1/models/nope', { headers: { origin: 'https://a.example' } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([404, '*']);
  });
});

test('the log has one line a request, with the route and nothing that was sent', async () => {
  const lines: string[] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  const logging = makeApp({ settings: { log: true } });
  await logging.request('/v1/models/secret-name?token=secret', { headers: { 'x-request-id': 'r1' } });
  await post(logging, predictPath, sevenPng, { 'x-request-id': 'r2' });
  await logging.request('/secret', { headers: { 'x-request-id': 'r3' } });
  spy.mockRestore();
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { method: 'GET', route: '/v1/models/:model', status: 404, ms: expect.any(Number), id: 'r1' },
    { method: 'POST', route: '/v1/models/:model/predict', status: 200, ms: expect.any(Number), id: 'r2' },
    { method: 'GET', route: '/*', status: 404, ms: expect.any(Number), id: 'r3' },
  ]);
});

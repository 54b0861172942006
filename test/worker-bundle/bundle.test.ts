/** The bundle as wrangler makes it, over a real socket: what is served where, and that a hostile client changes nothing. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestHarness } from 'wrangler';
import { encodePng } from '../../engine/image/codec.ts';

const root = new URL('../../', import.meta.url);
const server = createTestHarness({ workers: [{ configPath: new URL('wrangler.toml', root), vars: { LOG: 'off' } }] });
let origin = '';

beforeAll(async () => {
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
  process.env.WRANGLER_SEND_METRICS = 'false';
  origin = (await server.listen()).url.origin;
});
afterAll(() => server.close());

const square = encodePng({
  width: 28,
  height: 28,
  channels: 1,
  data: Uint8Array.from({ length: 784 }, (_, i) => (i % 28 > 8 && i % 28 < 20 ? 255 : 0)),
});
const predict = `/v1/models/digits/predict`;
const get = (path: string) => fetch(origin + path);
const post = (path: string, body: BodyInit) => fetch(origin + path, { method: 'POST', body });
const answer = async () => (await post(predict, square as Uint8Array<ArrayBuffer>)).text();

describe('static files', () => {
  test('the page has a policy and loads nothing from elsewhere', async () => {
    const response = await get('/');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  test('the page reads the model file that the worker answers with', async () => {
    const response = await get('/models/digits.safetensors');
    expect(response.status).toBe(200);
    const served = new Uint8Array(await response.arrayBuffer());
    expect(Buffer.compare(served, readFileSync(new URL('models/digits.safetensors', root)))).toBe(0);
  });

  test('what is neither file nor route is a problem document', async () => {
    const response = await get('/nothing/here');
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    expect(response.headers.get('x-request-id')).not.toBeNull();
  });
});

describe('routes', () => {
  test.each([
    '/v1/models',
    '/v1/models/digits',
    '/v2',
    '/v2/health/live',
    '/v2/health/ready',
    '/v2/models/digits',
    '/openapi.json',
    '/docs',
  ])('GET %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-request-id')).not.toBeNull();
    expect((await response.text()).length).toBeGreaterThan(10);
    const head = await fetch(origin + path, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('predict takes bytes and forms', async () => {
    const entries = (await (await post(predict, square as Uint8Array<ArrayBuffer>)).json()) as {
      label: string;
      score: number;
    }[];
    expect(entries).toHaveLength(5);
    const form = new FormData();
    form.append('image', new Blob([square as Uint8Array<ArrayBuffer>]), 'square.png');
    form.append('top_k', '2');
    expect(await (await post(predict, form)).json()).toEqual(entries.slice(0, 2));
  });

  test('nothing is bound but the static files and a variable', async () => {
    expect(Object.keys(await server.getWorker().getEnv()).toSorted()).toEqual(['ASSETS', 'LOG']);
  });
});

describe('hostile clients', () => {
  /** A body of zeros without a length. */
  const streamed = (megabytes: number) => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (megabytes-- > 0) controller.enqueue(new Uint8Array(2 ** 20));
        else controller.close();
      },
    });
    return { body, duplex: 'half' } as RequestInit;
  };

  test('a body without a length that is too long is 413', async () => {
    const before = await answer();
    const response = await fetch(origin + predict, { method: 'POST', ...streamed(33) });
    expect([response.status, await response.text()]).toEqual([413, expect.stringContaining('limit-exceeded')]);
    expect(await answer()).toBe(before);
  });

  test('a body of zeros just under the limit is no picture', async () => {
    const response = await fetch(origin + predict, { method: 'POST', ...streamed(32) });
    expect(response.status).toBe(415);
    await response.text();
  });

  test('connections that break off in the middle of a body leave nothing behind', async () => {
    const before = await answer();
    const { hostname, port } = new URL(origin);
    for (let i = 0; i < 20; i++) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          socket.write(`POST ${predict} HTTP/1.1\r\nHost: x\r\nContent-Length: 30000000\r\n\r\n`);
          socket.write(new Uint8Array(3 * 2 ** 20), () => socket.destroy());
        });
        socket.on('error', () => {});
        socket.on('close', () => resolve());
      });
    }
    expect(await answer()).toBe(before);
  });

  test('requests at the same time are answered as alone', async () => {
    const before = await answer();
    expect(new Set(await Promise.all(Array.from({ length: 20 }, answer)))).toEqual(new Set([before]));
  });
});
